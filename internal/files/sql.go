package files

const auditPage = 500

const sqlPut = `
INSERT INTO file (digest, name, type, size_bytes, put_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (digest) DO NOTHING`

const sqlGet = `
SELECT name, type, size_bytes FROM file WHERE digest = $1
ORDER BY digest LIMIT 1`

const sqlPage = `
SELECT digest FROM file WHERE digest > $1
ORDER BY digest LIMIT $2`
