package db

import (
	"context"
	"fmt"
)

// OriginSetting names the origin of the node's public log: what node a database belongs to.
const OriginSetting = "log.origin"

// restoredSetting is when and from what the database was restored; see Restored.
const restoredSetting = "db.restored"

// Setting reads what a database knows of itself; "" when it was never set.
func (tx *Tx) Setting(ctx context.Context, name string) (string, error) {
	var value string
	err := tx.QueryRow(ctx, sqlSettingGet, name).Scan(&value)
	if NoRows(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the setting %s: %w", name, err)
	}
	return value, nil
}

// Set keeps a setting, in place of the one before.
func (tx *Tx) Set(ctx context.Context, name, value string) error {
	if _, err := tx.Exec(ctx, sqlSettingSet, name, value); err != nil {
		return fmt.Errorf("keep the setting %s: %w", name, err)
	}
	return nil
}

// Restored says when and from what the database was last restored; "" when it never was. What the node published after
// that backup is known to its neighbours, so a restored node asks them before it publishes again.
func (tx *Tx) Restored(ctx context.Context) (string, error) { return tx.Setting(ctx, restoredSetting) }
