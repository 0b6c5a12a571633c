package measure

import (
	"context"
	"fmt"

	"corridor/internal/db"
)

// sqlVersion asks an engine for its version, by dialect.
var sqlVersion = map[string]string{
	"sqlite":   `SELECT sqlite_version()`,
	"postgres": `SELECT current_setting('server_version')`,
}

func engineVersion(ctx context.Context, d *db.DB) (version string, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, sqlVersion[d.Dialect()]).Scan(&version) })
	if err != nil {
		return "", fmt.Errorf("version of the engine: %w", err)
	}
	return version, nil
}
