-- People without an account, kept by staff.
CREATE TABLE {ns}students (
  id {id},
  number TEXT NOT NULL,
  name TEXT NOT NULL,
  age TEXT NOT NULL,
  class TEXT NOT NULL,
  city TEXT NOT NULL,
  degree TEXT NOT NULL,
  product_url TEXT NOT NULL,
  description TEXT NOT NULL,
  avatar_url TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- ByNumber, Update, Delete, and the rule that a number is one student's.
CREATE UNIQUE INDEX {ix}students_number ON {ns}students (number);
-- List of everybody, newest first; a search for a part of a name walks it.
CREATE INDEX {ix}students_created ON {ns}students (created_at, id);
-- List and Total of a class, Classes.
CREATE INDEX {ix}students_class ON {ns}students (class, created_at, id);
-- Shows.
CREATE INDEX {ix}students_avatar ON {ns}students (avatar_url) WHERE avatar_url <> '';
