-- The greatest public code given, one row a kind: whoever changes it gives codes.
CREATE TABLE {ns}code_heads (
  kind TEXT PRIMARY KEY,
  last TEXT NOT NULL,
  turns BIGINT NOT NULL
);
INSERT INTO {ns}code_heads (kind, last, turns) SELECT 'goods', COALESCE(MAX(code), ''), 0 FROM {ns}goods;
INSERT INTO {ns}code_heads (kind, last, turns) SELECT 'categories', COALESCE(MAX(code), ''), 0 FROM {ns}categories;
