-- JSON that clients keep: an account's own, or anonymous (owner_id 0).
CREATE TABLE {ns}json_documents (
  id {id},
  owner_id BIGINT NOT NULL,
  type TEXT NOT NULL,
  ref TEXT NOT NULL,
  content TEXT NOT NULL,
  top BOOLEAN NOT NULL,
  highlight BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- List, Total: the anonymous ones of a type in their order, and the few of an
-- owner, which are sorted when read.
CREATE INDEX {ix}json_documents_owner ON {ns}json_documents (owner_id, type, id);
-- List, Total: the anonymous ones of a type about one thing.
CREATE INDEX {ix}json_documents_ref ON {ns}json_documents (owner_id, type, ref, id);

-- How many documents an owner has; whoever raises the number may insert one.
CREATE TABLE {ns}json_owners (
  owner_id BIGINT PRIMARY KEY,
  count BIGINT NOT NULL CHECK (count >= 0)
);
