package registry

import (
	"context"
	"database/sql"
	"strings"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const orgColumns = `code, zh, en, kind, region, industry, founded, controller, home, synthetic`

const (
	sqlOrg = `SELECT ` + orgColumns + ` FROM registry_org WHERE code = $1 ORDER BY code LIMIT 1`

	sqlOrgPut = `
INSERT INTO registry_org (` + orgColumns + `, find, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (code) DO UPDATE SET zh = excluded.zh, en = excluded.en, kind = excluded.kind, region = excluded.region,
  industry = excluded.industry, founded = excluded.founded, controller = excluded.controller, home = excluded.home,
  synthetic = excluded.synthetic, find = excluded.find, changed_at = excluded.changed_at`

	sqlOrgFind  = `SELECT ` + orgColumns + ` FROM registry_org WHERE find LIKE $1 ESCAPE '!' OR code LIKE $2 ESCAPE '!' ORDER BY zh, code LIMIT $3 OFFSET $4`
	sqlOrgCount = `SELECT count(*) FROM registry_org WHERE find LIKE $1 ESCAPE '!' OR code LIKE $2 ESCAPE '!'`
)

const (
	sqlYearInsert = `
INSERT INTO registry_year (org, year, staff, revenue, rnd_spend, source, filed_on) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (org, year, filed_on) DO UPDATE SET staff = excluded.staff, revenue = excluded.revenue, rnd_spend = excluded.rnd_spend,
  source = excluded.source`
	sqlYears = `
SELECT year, staff, revenue, rnd_spend, source, filed_on FROM registry_year WHERE org = $1
ORDER BY year DESC, filed_on DESC LIMIT $2`

	sqlMarkInsert = `
INSERT INTO registry_mark (org, mark, is_so, source, since) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (org, mark, since) DO UPDATE SET is_so = excluded.is_so, source = excluded.source`
	sqlMarks = `SELECT mark, is_so, source, since FROM registry_mark WHERE org = $1 AND since <= $2 ORDER BY since, mark LIMIT $3`

	sqlRelationInsert = `
INSERT INTO registry_share (holder, org, relation, share_ppm, since, until, source) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (holder, org, relation, since) DO UPDATE SET share_ppm = excluded.share_ppm, until = excluded.until, source = excluded.source`
	sqlRelated = `
SELECT org AS other FROM registry_share WHERE holder = $1 AND since <= $2 AND (until = '' OR until >= $2)
UNION
SELECT holder FROM registry_share WHERE org = $1 AND since <= $2 AND (until = '' OR until >= $2)
ORDER BY 1 LIMIT $3`

	sqlLabelInsert = `
INSERT INTO registry_label (id, org, label, issuer, since, until, revoked_on) VALUES ($1, $2, $3, $4, $5, $6, '')`
	sqlLabelRevoke = `
UPDATE registry_label SET revoked_on = $3
WHERE org = $1 AND label = $2 AND revoked_on = '' AND since <= $3 AND (until = '' OR until >= $3)`
	sqlLabelCount = `
SELECT count(*) FROM registry_label
WHERE org = $1 AND label = $2 AND since <= $3 AND (until = '' OR until >= $3) AND (revoked_on = '' OR revoked_on > $3)`
	sqlLabels = `SELECT id, org, label, issuer, since, until, revoked_on FROM registry_label WHERE org = $1 ORDER BY since DESC, id DESC LIMIT $2`
)

func scanOrg(scan func(...any) error) (o Org, err error) {
	var region, industry string
	err = scan(&o.Code, &o.Name[0], &o.Name[1], &o.Kind, &region, &industry, &o.Founded, &o.Controller, &o.Home, &o.Synthetic)
	o.Region, o.Industry = unit.Region(region), unit.Industry(industry)
	return o, err
}

func selectOrg(ctx context.Context, tx *db.Tx, code string) (Org, error) {
	return scanOrg(tx.QueryRow(ctx, sqlOrg, code).Scan)
}

func putOrg(ctx context.Context, tx *db.Tx, o Org) error {
	_, err := tx.Exec(ctx, sqlOrgPut, o.Code, o.Name[0], o.Name[1], o.Kind, string(o.Region), string(o.Industry), o.Founded.String(), o.Controller,
		o.Home, o.Synthetic, strings.ToLower(o.Name[0]+"\n"+o.Name[1]), db.Micros(tx.Now()))
	return err
}

var escape = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

func findOrgs(ctx context.Context, tx *db.Tx, text string, offset int) (all []Org, total int, err error) {
	name, code := "%"+escape.Replace(text)+"%", escape.Replace(strings.ToUpper(text))+"%"
	if err := tx.QueryRow(ctx, sqlOrgCount, name, code).Scan(&total); err != nil {
		return nil, 0, err
	}
	rows, err := tx.Query(ctx, sqlOrgFind, name, code, pageRows, offset)
	if err != nil {
		return nil, 0, err
	}
	all, err = gather(rows, scanOrg)
	return all, total, err
}

// gather scans every row and closes.
func gather[T any](rows *sql.Rows, one func(func(...any) error) (T, error)) ([]T, error) {
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := one(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

func insertYear(ctx context.Context, tx *db.Tx, code string, y YearFacts) error {
	_, err := tx.Exec(ctx, sqlYearInsert, code, y.Year, y.Staff, int64(y.Revenue), int64(y.RnDSpend), y.Source, y.Filed.String())
	return err
}

func selectYears(ctx context.Context, tx *db.Tx, code string) ([]YearFacts, error) {
	rows, err := tx.Query(ctx, sqlYears, code, yearsMax)
	if err != nil {
		return nil, err
	}
	return gather(rows, func(scan func(...any) error) (y YearFacts, err error) {
		err = scan(&y.Year, &y.Staff, &y.Revenue, &y.RnDSpend, &y.Source, &y.Filed)
		return y, err
	})
}

type markRow struct {
	mark, source string
	is           bool
	since        unit.Day
}

func insertMark(ctx context.Context, tx *db.Tx, code string, m Mark, is bool, since unit.Day, source string) error {
	_, err := tx.Exec(ctx, sqlMarkInsert, code, string(m), is, source, since.String())
	return err
}

func selectMarks(ctx context.Context, tx *db.Tx, code string, day unit.Day) ([]markRow, error) {
	rows, err := tx.Query(ctx, sqlMarks, code, day.String(), sharesMax)
	if err != nil {
		return nil, err
	}
	return gather(rows, func(scan func(...any) error) (m markRow, err error) {
		err = scan(&m.mark, &m.is, &m.source, &m.since)
		return m, err
	})
}

func insertRelation(ctx context.Context, tx *db.Tx, x Relation) error {
	_, err := tx.Exec(ctx, sqlRelationInsert, x.Holder, x.Org, x.Kind, x.Share.Billionths()/1000, x.Since.String(), x.Until.String(), x.Source)
	return err
}

func selectRelated(ctx context.Context, tx *db.Tx, code string, day unit.Day) ([]string, error) {
	rows, err := tx.Query(ctx, sqlRelated, code, day.String(), sharesMax)
	if err != nil {
		return nil, err
	}
	return gather(rows, func(scan func(...any) error) (s string, err error) {
		err = scan(&s)
		return s, err
	})
}

func insertLabel(ctx context.Context, tx *db.Tx, l Label) error {
	_, err := tx.Exec(ctx, sqlLabelInsert, string(l.ID), l.Org, l.Label, l.Issuer, l.Since.String(), l.Until.String())
	return err
}

func revokeLabel(ctx context.Context, tx *db.Tx, org, label string, day unit.Day) (int64, error) {
	return tx.Exec(ctx, sqlLabelRevoke, org, label, day.String())
}

func countLabels(ctx context.Context, tx *db.Tx, org, label string, day unit.Day) (n int, err error) {
	err = tx.QueryRow(ctx, sqlLabelCount, org, label, day.String()).Scan(&n)
	return n, err
}

func selectLabels(ctx context.Context, tx *db.Tx, org string) ([]Label, error) {
	rows, err := tx.Query(ctx, sqlLabels, org, labelsMax)
	if err != nil {
		return nil, err
	}
	return gather(rows, func(scan func(...any) error) (l Label, err error) {
		err = scan(&l.ID, &l.Org, &l.Label, &l.Issuer, &l.Since, &l.Until, &l.Revoked)
		return l, err
	})
}
