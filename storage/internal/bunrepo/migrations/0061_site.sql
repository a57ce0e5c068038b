-- Settings are read all at once; they are few.
CREATE TABLE {ns}settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  remark TEXT NOT NULL,
  access INTEGER NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE {ns}ad_positions (
  key TEXT PRIMARY KEY,
  picture TEXT NOT NULL,
  link TEXT NOT NULL,
  shown BOOLEAN NOT NULL,
  updated_at BIGINT NOT NULL
);
