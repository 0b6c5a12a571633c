package federation

import (
	"context"
	"encoding/base64"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	credentialColumns = `id, account, name, no, hint, kind, level, title_zh, title_en, issuer, since, until, salt, leaf, by_name, at, ended_at, reason`

	sqlCredential       = `SELECT ` + credentialColumns + ` FROM federation_credential WHERE id = $1 ORDER BY id LIMIT 1`
	sqlCredentials      = `SELECT ` + credentialColumns + ` FROM federation_credential WHERE $1 = '' OR account = $1 ORDER BY id DESC LIMIT $2`
	sqlCredentialHas    = `SELECT count(*) FROM federation_credential WHERE no = $1 AND kind = $2 AND ended_at = 0 ORDER BY 1 LIMIT 1`
	sqlCredentialInsert = `
INSERT INTO federation_credential (` + credentialColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, '')`
	sqlCredentialEnd = `
UPDATE federation_credential SET name = '', no = '', hint = '', title_zh = '', title_en = '', salt = '', ended_at = $2, reason = $3
WHERE id = $1 AND ended_at = 0`
)

func scanCredential(scan func(...any) error) (c Credential, err error) {
	var salt string
	var at, ended int64
	if err = scan((*string)(&c.ID), (*string)(&c.Account), &c.Name, &c.No, &c.Hint, &c.Kind, &c.Level, &c.Title[0], &c.Title[1], &c.Issuer, &c.Since, &c.Until, &salt,
		(*string)(&c.Leaf), &c.By, &at, &ended, &c.Reason); err != nil {
		return c, err
	}
	c.At, c.Ended = timeOf(at), timeOf(ended)
	c.salt, err = base64.StdEncoding.DecodeString(salt)
	return c, err
}

func selectCredential(ctx context.Context, tx *db.Tx, id unit.ID) (Credential, error) {
	c, err := scanCredential(tx.QueryRow(ctx, sqlCredential, string(id)).Scan)
	if db.NoRows(err) {
		return c, fault.New(fault.NotFound, "federation.no_credential")
	}
	return c, err
}

// selectCredentials are those of an account, "" for all.
func selectCredentials(ctx context.Context, tx *db.Tx, account unit.ID) ([]Credential, error) {
	return db.Collect(ctx, tx, "certificates of persons", scanCredential, sqlCredentials, string(account), credentialsMax)
}

func hasCredential(ctx context.Context, tx *db.Tx, kind, no string) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, sqlCredentialHas, no, kind).Scan(&n)
	return n > 0, err
}

func insertCredential(ctx context.Context, tx *db.Tx, c Credential) error {
	_, err := tx.Exec(ctx, sqlCredentialInsert, string(c.ID), string(c.Account), c.Name, c.No, c.Hint, c.Kind, c.Level, c.Title[0], c.Title[1], c.Issuer, c.Since.String(), c.Until.String(),
		base64.StdEncoding.EncodeToString(c.salt), string(c.Leaf), c.By, microsOf(c.At))
	return err
}

func endCredential(ctx context.Context, tx *db.Tx, id unit.ID, reason string) error {
	_, err := tx.Exec(ctx, sqlCredentialEnd, string(id), db.Micros(tx.Now()), reason)
	return err
}
