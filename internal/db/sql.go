package db

const sqlMigrationTable = `
CREATE TABLE IF NOT EXISTS migration (
  name       TEXT PRIMARY KEY,
  applied_at BIGINT NOT NULL
)`

const sqlMigrationClaim = `
INSERT INTO migration (name, applied_at) VALUES ($1, $2)
ON CONFLICT (name) DO NOTHING`
