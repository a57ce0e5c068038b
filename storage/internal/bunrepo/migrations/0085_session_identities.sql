-- CloseIdentity.
CREATE INDEX {ix}sessions_identity ON {ns}sessions (openid) WHERE openid <> '';
