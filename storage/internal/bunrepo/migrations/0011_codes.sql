-- The last verification code of each channel and target, both hashed.
CREATE TABLE {ns}verify_codes (
  channel TEXT NOT NULL,
  target TEXT NOT NULL,
  salt TEXT NOT NULL,
  hash TEXT NOT NULL,
  tries INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (channel, target)
);
-- Forget.
CREATE INDEX {ix}verify_codes_expires ON {ns}verify_codes (expires_at);

CREATE TABLE {ns}captchas (
  key TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
-- Forget.
CREATE INDEX {ix}captchas_expires ON {ns}captchas (expires_at);

-- Access tokens of outside parties, shared by all processes.
CREATE TABLE {ns}app_tokens (
  name TEXT PRIMARY KEY,
  token TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
