-- One row a socket that waits for a login by QR code. state is hashed; code
-- stands there for two minutes at most.
CREATE TABLE {ns}qr_tickets (
  socket TEXT PRIMARY KEY,
  state TEXT,
  status INTEGER NOT NULL,
  code TEXT,
  due_at BIGINT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
-- Scan, ByState.
CREATE UNIQUE INDEX {ix}qr_tickets_state ON {ns}qr_tickets (state) WHERE state IS NOT NULL;
-- Claim.
CREATE INDEX {ix}qr_tickets_code ON {ns}qr_tickets (code) WHERE code IS NOT NULL;
-- Forget.
CREATE INDEX {ix}qr_tickets_expires ON {ns}qr_tickets (expires_at);
