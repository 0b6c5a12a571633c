package agreement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const sqlInsert = `
INSERT INTO agreement (id, title, kind, parties, signed_on, about, document, document_digest, document_title,
                       span_from, span_to, quote, accepted_by, accepted_at, form, fields, clauses, valid_from, valid_until,
                       secrecy, contact, event, investment_fen, region, state, under, lamps, text, home, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, 1)`

const sqlInsertParty = `INSERT INTO agreement_party (agreement, no, name, code) VALUES ($1, $2, $3, $4)`

// sqlFindBySource finds what stands at one place. One sentence may tell of several agreements, and the table holds a place
// once: the second and those after it carry their number behind the digest of the document, "…#2".
const sqlFindBySource = `
SELECT a.id FROM agreement a
WHERE (a.document_digest = $1 OR a.document_digest > $1 || '#' AND a.document_digest < $1 || '$') AND a.span_from = $2 AND a.span_to = $3
ORDER BY a.id LIMIT $4`

// atPlaceMax is how many agreements one place can tell of.
const atPlaceMax = 50

const agreementColumns = `a.id, a.title, a.kind, a.parties, a.signed_on, a.about, a.document, a.document_digest, a.document_title,
       a.span_from, a.span_to, a.quote, a.accepted_by, a.accepted_at, a.form, a.fields, a.clauses, a.valid_from, a.valid_until,
       a.secrecy, a.contact, a.event, coalesce(a.investment_fen, 0), a.region, a.state, a.under, a.lamps, a.text, a.home, a.version`

const sqlSelect = `SELECT ` + agreementColumns + ` FROM agreement a WHERE a.id = $1 ORDER BY a.id LIMIT 1`

const sqlSigners = `SELECT p.name, p.code FROM agreement_party p WHERE p.agreement = $1 ORDER BY p.no LIMIT $2`

// listed is what fits a Listing: $1 form, $2 text, $3 party, $4 event, $5 year, $6 and $7 the tag, $8 what the actor reaches.
const listed = `
FROM agreement a
WHERE ($1 = '' OR a.form = $1)
  AND ($2 = '' OR lower(a.title || ' ' || a.parties || ' ' || a.about || ' ' || a.fields) LIKE $2)
  AND ($3 = '' OR EXISTS (SELECT 1 FROM agreement_party p WHERE p.agreement = a.id AND (p.code = $3 OR p.code = '' AND p.name = $3)))
  AND ($4 = '' OR a.event = $4)
  AND ($5 = '' OR substr(coalesce(a.signed_on, ''), 1, 4) = $5)
  AND ($6 = '' OR EXISTS (SELECT 1 FROM agreement_tag g WHERE g.object = a.id AND g.frame = $6 AND g.item = $7))
  AND (a.secrecy = 'public' OR $8 = 'all' OR EXISTS (SELECT 1 FROM agreement_party p WHERE p.agreement = a.id AND p.code <> '' AND
       ($8 LIKE '%,' || p.code || ',%' OR length(p.code) < 18 AND
        ($8 LIKE '%,' || substr(p.code, 1, 2) || '0000,%' OR $8 LIKE '%,' || substr(p.code, 1, 4) || '00,%'))))`

const sqlList = `SELECT ` + agreementColumns + listed + `
ORDER BY a.accepted_at DESC, a.id DESC LIMIT $9 OFFSET $10`

const sqlCount = `SELECT count(*) ` + listed + ` ORDER BY 1 LIMIT 1`

const sqlState = `UPDATE agreement SET state = $2, version = version + 1 WHERE id = $1`

const sqlLinkParty = `UPDATE agreement_party SET code = $3 WHERE agreement = $1 AND no = $2`

const sqlLinkPartner = `
UPDATE agreement_partner SET code = $3
WHERE name = $2 AND code = '' AND task IN (SELECT t.id FROM agreement_task t WHERE t.agreement = $1)`

const sqlLinkLead = `UPDATE agreement_task SET lead_code = $3 WHERE agreement = $1 AND owner = $2 AND lead_code = ''`

const sqlLinkVerifier = `
UPDATE agreement_task SET verifier_code = $3 WHERE agreement = $1 AND verifier_name = $2 AND verifier_code = '' AND verifier_kind <> 'office'`

const sqlTags = `SELECT g.frame, g.item FROM agreement_tag g WHERE g.object = $1 ORDER BY g.frame, g.item LIMIT $2`

const sqlDropTags = `DELETE FROM agreement_tag WHERE object = $1`

const sqlInsertTag = `INSERT INTO agreement_tag (object, frame, item) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`

type scanner interface{ Scan(...any) error }

// collect reads the rows of a query.
func collect[T any](ctx context.Context, tx *db.Tx, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

func list(s []string) string {
	if s == nil {
		s = []string{}
	}
	b, _ := json.Marshal(s) // strings always marshal
	return string(b)
}

// insert writes an agreement as the no-th of its place, from 1.
func insert(ctx context.Context, tx *db.Tx, a Agreement, no int) error {
	digest := a.Source.Digest
	if no > 1 {
		digest = fmt.Sprintf("%s#%d", digest, no)
	}
	var investment *int64
	if a.Investment > 0 {
		n := int64(a.Investment)
		investment = &n
	}
	_, err := tx.Exec(ctx, sqlInsert, a.ID, a.Title, a.Kind, list(a.Parties), a.Signed, a.About, a.Source.Document,
		digest, a.Source.Title, a.Source.From, a.Source.To, a.Source.Quote, a.By, db.Micros(a.At), string(a.Form), list(a.Fields),
		list(a.Clauses), a.From, a.Until, string(a.Secrecy), a.Contact, string(a.Event), investment, string(a.Region), string(a.State),
		string(a.Under), a.Lamps, a.Text, a.Home)
	for i, p := range a.Signers {
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, sqlInsertParty, a.ID, i, p.Name, p.Code)
	}
	return err
}

// findBySource finds the agreements that stand at a place.
func findBySource(ctx context.Context, tx *db.Tx, s Source) ([]unit.ID, error) {
	return collect(ctx, tx, func(row scanner) (id unit.ID, err error) {
		err = row.Scan(&id)
		return id, err
	}, sqlFindBySource, s.Digest, s.From, s.To, atPlaceMax)
}

func scanAgreement(row scanner) (a Agreement, err error) {
	var parties, fields, clauses string
	var at int64
	err = row.Scan(&a.ID, &a.Title, &a.Kind, &parties, &a.Signed, &a.About, &a.Source.Document, &a.Source.Digest,
		&a.Source.Title, &a.Source.From, &a.Source.To, &a.Source.Quote, &a.By, &at, &a.Form, &fields, &clauses, &a.From, &a.Until,
		&a.Secrecy, &a.Contact, &a.Event, &a.Investment, &a.Region, &a.State, &a.Under, &a.Lamps, &a.Text, &a.Home, &a.Version)
	if err != nil {
		return a, err
	}
	a.At = db.Time(at)
	a.Source.Digest, _, _ = strings.Cut(a.Source.Digest, "#")
	err = errors.Join(json.Unmarshal([]byte(parties), &a.Parties), json.Unmarshal([]byte(fields), &a.Fields), json.Unmarshal([]byte(clauses), &a.Clauses))
	if err != nil {
		return a, fmt.Errorf("agreement %s: %w", a.ID, err)
	}
	return a, nil
}

func selectAgreement(ctx context.Context, tx *db.Tx, id unit.ID) (Agreement, error) {
	a, err := scanAgreement(tx.QueryRow(ctx, sqlSelect, id))
	if db.NoRows(err) {
		return a, fault.New(fault.NotFound, "agreement.unknown")
	}
	return a, err
}

func selectSigners(ctx context.Context, tx *db.Tx, id unit.ID) ([]Party, error) {
	return collect(ctx, tx, func(row scanner) (p Party, err error) {
		err = row.Scan(&p.Name, &p.Code)
		return p, err
	}, sqlSigners, id, partiesMax)
}

func selectAgreements(ctx context.Context, tx *db.Tx, q Listing, reach string) (all []Agreement, total int, err error) {
	year := ""
	if q.Year > 0 {
		year = fmt.Sprint(q.Year)
	}
	args := []any{string(q.Form), like(q.Text), q.Party, string(q.Event), year, q.Tag.Frame, q.Tag.Item, reach}
	if err := tx.QueryRow(ctx, sqlCount, args...).Scan(&total); err != nil {
		return nil, 0, err
	}
	all, err = collect(ctx, tx, scanAgreement, sqlList, append(args, q.Rows, (max(q.Page, 1)-1)*q.Rows)...)
	for i := range all {
		if err == nil {
			all[i].Signers, err = selectSigners(ctx, tx, all[i].ID)
		}
		if err == nil {
			all[i].Tags, err = selectTags(ctx, tx, all[i].ID)
		}
	}
	return all, total, err
}

// like is the pattern that finds a text anywhere, in small letters; "" finds all.
func like(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return ""
	}
	return "%" + strings.NewReplacer("%", "", "_", "").Replace(text) + "%"
}

// reachText is what an actor reaches of what is not public, as the statements read it: "all", or ",310000,91…,".
func reachText(who access.Actor) string {
	reach := access.ReachOf(who, access.AgreementInternal)
	if reach.All || who.System() {
		return "all"
	}
	var codes []string
	for _, g := range reach.Regions {
		codes = append(codes, string(g))
	}
	for _, o := range reach.Offices {
		codes = append(codes, o.Org)
	}
	codes = append(codes, reach.Orgs...)
	codes = slices.DeleteFunc(codes, func(c string) bool { return strings.ContainsAny(c, "%_,") })
	return "," + strings.Join(codes, ",") + ","
}

func updateState(ctx context.Context, tx *db.Tx, id unit.ID, to State) error {
	_, err := tx.Exec(ctx, sqlState, id, string(to))
	return err
}

func linkParty(ctx context.Context, tx *db.Tx, id unit.ID, no int, p Party) error {
	if _, err := tx.Exec(ctx, sqlLinkParty, id, no, p.Code); err != nil {
		return err
	}
	for _, s := range []string{sqlLinkPartner, sqlLinkLead, sqlLinkVerifier} {
		if _, err := tx.Exec(ctx, s, id, p.Name, p.Code); err != nil {
			return err
		}
	}
	return nil
}

func selectTags(ctx context.Context, tx *db.Tx, object unit.ID) ([]Tag, error) {
	return collect(ctx, tx, func(row scanner) (t Tag, err error) {
		err = row.Scan(&t.Frame, &t.Item)
		return t, err
	}, sqlTags, object, tagsMax)
}

func replaceTags(ctx context.Context, tx *db.Tx, object unit.ID, tags []Tag) error {
	if _, err := tx.Exec(ctx, sqlDropTags, object); err != nil {
		return err
	}
	for _, t := range tags {
		if _, err := tx.Exec(ctx, sqlInsertTag, object, t.Frame, t.Item); err != nil {
			return err
		}
	}
	return nil
}
