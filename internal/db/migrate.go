package db

import (
	"context"
	"embed"
	"fmt"
	"regexp"
	"sort"
	"strings"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migration is one numbered step of the schema, with the room that owns its tables.
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

// migrate applies what is missing, each step with its record in one transaction.
func (d *DB) migrate(ctx context.Context) error {
	all, err := Migrations()
	if err != nil {
		return err
	}
	return d.Act(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, sqlMigrationTable); err != nil {
			return err
		}
		for _, m := range all {
			n, err := tx.Exec(ctx, sqlMigrationClaim, m.Name, Micros(tx.Now()))
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			if _, err := tx.Exec(ctx, m.For(d.dialect)); err != nil {
				return fmt.Errorf("%s: %w", m.Name, err)
			}
		}
		return nil
	})
}
