package db

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"regexp"
	"sort"
	"strings"

	"corridor/internal/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migration is one numbered step of the schema, with the room that owns its tables. A step that was released is
// never changed: the code before and the code after it both run on the new schema.
type Migration struct {
	Name  string // 0007_case.sql
	Owner string // casework
	SQL   string
}

var ownerLine = regexp.MustCompile(`^-- owner: ([a-z]+)\n`)

// Migrations returns all steps in order.
func Migrations() ([]Migration, error) {
	entries, err := migrations.ReadDir("migrations")
	if err != nil {
		return nil, err
	}
	var all []Migration
	for _, e := range entries {
		b, err := migrations.ReadFile("migrations/" + e.Name())
		if err != nil {
			return nil, err
		}
		m := ownerLine.FindStringSubmatch(string(b))
		if m == nil {
			return nil, fmt.Errorf("%s does not begin with its owner", e.Name())
		}
		all = append(all, Migration{Name: e.Name(), Owner: m[1], SQL: string(b)})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all, nil
}

// For returns the statements of one dialect: a block between "-- only: DIALECT" and "-- end" is kept for
// that dialect alone.
func (m Migration) For(dialect string) string {
	var out []string
	keep := true
	for _, line := range strings.Split(m.SQL, "\n") {
		if only, ok := strings.CutPrefix(line, "-- only: "); ok {
			keep = strings.TrimSpace(only) == dialect
			continue
		}
		if strings.TrimSpace(line) == "-- end" {
			keep = true
			continue
		}
		if keep {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// Digest is kept with the step when it is applied, so that a step that was changed afterwards is noticed.
func (m Migration) Digest() string {
	sum := sha256.Sum256([]byte(m.SQL))
	return hex.EncodeToString(sum[:])
}

// migrate applies what is missing, each step with its record in one transaction.
func (d *DB) migrate(ctx context.Context) error {
	all, err := Migrations()
	if err != nil {
		return err
	}
	var there map[string]string
	err = d.long(ctx, func(tx *Tx) (err error) {
		if _, err = tx.Exec(ctx, sqlMigrationTable); err != nil {
			return err
		}
		there, err = applied(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	missing, err := compare(all, there)
	if err != nil {
		return err
	}
	for _, m := range missing {
		err := d.long(ctx, func(tx *Tx) error {
			if err := tx.script(ctx, m.For(d.dialect)); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, sqlMigrationAdd, m.Name, m.Digest(), Micros(tx.Now()))
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
	}
	return nil
}

// long is an act without a time limit.
func (d *DB) long(ctx context.Context, fn func(*Tx) error) error {
	return d.act(&waiting{ctx: ctx, fn: fn, answer: make(chan error, 1), long: true})
}

// script runs several statements.
func (tx *Tx) script(ctx context.Context, text string) error {
	tx.writes("") // to whatever tables
	if c := tx.trips(); c != nil {
		tx.failed = c.script(ctx, text)
		return tx.failed
	}
	_, err := tx.Exec(ctx, text)
	return err
}

// checkSchema refuses a database whose schema is not that of this program.
func (d *DB) checkSchema(ctx context.Context) error {
	all, err := Migrations()
	if err != nil {
		return err
	}
	var there map[string]string
	if err := d.Read(ctx, func(tx *Tx) (err error) { there, err = applied(ctx, tx); return err }); err != nil {
		return err
	}
	missing, err := compare(all, there)
	if err == nil && len(missing) > 0 {
		return fault.New(fault.Conflict, "db.older", "step", missing[0].Name)
	}
	return err
}

// applied reads name and digest of the steps that a database has.
func applied(ctx context.Context, tx *Tx) (map[string]string, error) {
	rows, err := tx.Query(ctx, sqlMigrationList)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	there := map[string]string{}
	for rows.Next() {
		var name, digest string
		if err := rows.Scan(&name, &digest); err != nil {
			return nil, err
		}
		there[name] = digest
	}
	return there, rows.Err()
}

// compare returns the steps that a database lacks. One that this program does not know, and one that has been changed
// since it was applied, are refused.
func compare(all []Migration, there map[string]string) (missing []Migration, err error) {
	known := map[string]bool{}
	for _, m := range all {
		known[m.Name] = true
		digest, ok := there[m.Name]
		switch {
		case !ok:
			missing = append(missing, m)
		case digest != m.Digest():
			return nil, fault.New(fault.Conflict, "db.migration_changed", "step", m.Name)
		}
	}
	for name := range there {
		if !known[name] {
			return nil, fault.New(fault.Conflict, "db.newer", "step", name)
		}
	}
	return missing, nil
}
