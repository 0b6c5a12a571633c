package federation

import (
	"context"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const slotColumns = `id, subject, field, case_no, org, host, listing, from_us, to_us, samples, operator, title_zh, title_en, zone, price, charge, booking,
  want, state, code, why_zh, why_en, next_from_us, next_to_us, letter, asked_at, answered_at, changed_at, again_at, stood_us`

const (
	sqlSlotInsert = `
INSERT INTO federation_slot (` + slotColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)`
	sqlSlotUpdate = `
UPDATE federation_slot SET from_us = $2, to_us = $3, title_zh = $4, title_en = $5, zone = $6, price = $7, charge = $8, booking = $9, want = $10, state = $11,
  code = $12, why_zh = $13, why_en = $14, next_from_us = $15, next_to_us = $16, letter = $17, answered_at = $18, changed_at = $19, again_at = $20, stood_us = $21
WHERE id = $1`
	sqlSlot      = `SELECT ` + slotColumns + ` FROM federation_slot WHERE id = $1 ORDER BY id LIMIT 1`
	sqlSlotsOf   = `SELECT ` + slotColumns + ` FROM federation_slot WHERE subject = $1 ORDER BY id LIMIT $2`
	sqlSlotsOpen = `
SELECT ` + slotColumns + ` FROM federation_slot
WHERE letter = '' AND want <> state AND (want = 'confirmed' AND state = 'held' OR want = 'released' AND state IN ('asked', 'held', 'confirmed', 'lost')) AND again_at <= $1 ORDER BY again_at, id LIMIT $2`
	sqlSlotPage = `
SELECT ` + slotColumns + ` FROM federation_slot
WHERE ($1 = '' OR host = $1) AND ($2 = '' OR state = $2) AND ($3 = 0 OR (changed_at, id) > ($3, $4)) ORDER BY changed_at, id LIMIT $5`

	keptColumns   = `node, id, digest, case_no, org, org_zh, org_en, person, listing, from_us, to_us, price, booking, state, at, changed_at`
	sqlKeptInsert = `
INSERT INTO federation_slot_kept (` + keptColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)`
	sqlKeptUpdate = `UPDATE federation_slot_kept SET state = $3, changed_at = $4 WHERE node = $1 AND id = $2 AND state <> 'released'`
	sqlKept       = `SELECT ` + keptColumns + ` FROM federation_slot_kept WHERE node = $1 AND id = $2 ORDER BY id LIMIT 1`
	sqlKeptCount  = `SELECT count(*) FROM federation_slot_kept WHERE node = $1 AND state = 'held' ORDER BY 1 LIMIT 1`
	sqlKeptPage   = `
SELECT ` + keptColumns + ` FROM federation_slot_kept
WHERE ($1 = '' OR node = $1) AND ($2 = '' OR state = $2) AND ($3 = 0 OR (changed_at, id) > ($3, $4)) ORDER BY changed_at, id LIMIT $5`

	sqlOfferPut = `
INSERT INTO federation_slot_offer (org, slot, price, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (org, slot) DO UPDATE SET price = excluded.price, at = excluded.at`
	sqlOffer     = `SELECT price FROM federation_slot_offer WHERE org = $1 AND slot = $2 AND at >= $3 ORDER BY slot LIMIT 1`
	sqlOfferDrop = `DELETE FROM federation_slot_offer WHERE at < $1`
)

func scanSlot(scan func(...any) error) (s Slot, err error) {
	var from, to, nextFrom, nextTo, asked, answered, changed, again, stood int64
	err = scan((*string)(&s.ID), (*string)(&s.Case), &s.Field, &s.CaseNo, &s.Org, &s.Host, (*string)(&s.Listing), &from, &to, &s.Samples, &s.Operator, &s.Title[0], &s.Title[1], &s.Zone,
		(*int64)(&s.Price), (*int64)(&s.Charge), (*string)(&s.Booking), &s.Want, &s.State, &s.Code, &s.Why[0], &s.Why[1], &nextFrom, &nextTo, (*string)(&s.letter), &asked, &answered, &changed, &again, &stood)
	s.From, s.To, s.NextFrom, s.NextTo = timeOf(from), timeOf(to), timeOf(nextFrom), timeOf(nextTo)
	s.Asked, s.Answered, s.Changed, s.again, s.stood = timeOf(asked), timeOf(answered), timeOf(changed), timeOf(again), timeOf(stood)
	return s, err
}

func insertSlot(ctx context.Context, tx *db.Tx, s Slot) error {
	_, err := tx.Exec(ctx, sqlSlotInsert, string(s.ID), string(s.Case), s.Field, s.CaseNo, s.Org, s.Host, string(s.Listing), db.Micros(s.From), db.Micros(s.To), s.Samples, s.Operator,
		s.Title[0], s.Title[1], s.Zone, int64(s.Price), int64(s.Charge), string(s.Booking), s.Want, s.State, s.Code, s.Why[0], s.Why[1], microsOf(s.NextFrom), microsOf(s.NextTo),
		string(s.letter), microsOf(s.Asked), microsOf(s.Answered), microsOf(s.Changed), microsOf(s.again), microsOf(s.stood))
	return err
}

func updateSlot(ctx context.Context, tx *db.Tx, s Slot) error {
	_, err := tx.Exec(ctx, sqlSlotUpdate, string(s.ID), db.Micros(s.From), db.Micros(s.To), s.Title[0], s.Title[1], s.Zone, int64(s.Price), int64(s.Charge), string(s.Booking), s.Want, s.State,
		s.Code, s.Why[0], s.Why[1], microsOf(s.NextFrom), microsOf(s.NextTo), string(s.letter), microsOf(s.Answered), microsOf(s.Changed), microsOf(s.again), microsOf(s.stood))
	return err
}

func selectSlot(ctx context.Context, tx *db.Tx, id unit.ID) (Slot, error) {
	s, err := scanSlot(tx.QueryRow(ctx, sqlSlot, string(id)).Scan)
	if db.NoRows(err) {
		return s, fault.New(fault.NotFound, "federation.slot_unknown")
	}
	return s, err
}

func selectSlotsOf(ctx context.Context, tx *db.Tx, of unit.ID) ([]Slot, error) {
	return db.Collect(ctx, tx, "slots of case "+string(of), scanSlot, sqlSlotsOf, string(of), slotsOfOneMax)
}

func selectSlotsOpen(ctx context.Context, tx *db.Tx, most int) ([]Slot, error) {
	return db.Collect(ctx, tx, "slots that wait", scanSlot, sqlSlotsOpen, db.Micros(tx.Now()), most)
}

func selectSlotPage(ctx context.Context, tx *db.Tx, q UseQuery) (out []Slot, next string, err error) {
	at, id, err := placeOf(q.After)
	if err != nil {
		return nil, "", err
	}
	out, err = db.Collect(ctx, tx, "slots of cases", scanSlot, sqlSlotPage, q.Node, q.State, at, id, q.rows()+1)
	out, next = pageOf(out, q.rows(), func(s Slot) (time.Time, unit.ID) { return s.Changed, s.ID })
	return out, next, err
}

func scanKept(scan func(...any) error) (k KeptSlot, err error) {
	var from, to, at, changed int64
	err = scan(&k.Node, (*string)(&k.ID), &k.digest, &k.CaseNo, &k.Org.Code, &k.Org.Name[0], &k.Org.Name[1], &k.Person, (*string)(&k.Listing), &from, &to, (*int64)(&k.Price), (*string)(&k.Booking), &k.State, &at, &changed)
	k.From, k.To, k.At, k.Changed = timeOf(from), timeOf(to), timeOf(at), timeOf(changed)
	return k, err
}

func insertKept(ctx context.Context, tx *db.Tx, k KeptSlot) error {
	_, err := tx.Exec(ctx, sqlKeptInsert, k.Node, string(k.ID), k.digest, k.CaseNo, k.Org.Code, k.Org.Name[0], k.Org.Name[1], k.Person, string(k.Listing), microsOf(k.From), microsOf(k.To),
		int64(k.Price), string(k.Booking), k.State, db.Micros(tx.Now()))
	return err
}

func updateKept(ctx context.Context, tx *db.Tx, k KeptSlot, state string) error {
	_, err := tx.Exec(ctx, sqlKeptUpdate, k.Node, string(k.ID), state, db.Micros(tx.Now()))
	return err
}

// selectKept is the zero slot for one that never came.
func selectKept(ctx context.Context, tx *db.Tx, node string, id unit.ID) (KeptSlot, error) {
	k, err := scanKept(tx.QueryRow(ctx, sqlKept, node, string(id)).Scan)
	if db.NoRows(err) {
		return KeptSlot{}, nil
	}
	return k, err
}

func countKept(ctx context.Context, tx *db.Tx, node string) (n int64, err error) {
	err = tx.QueryRow(ctx, sqlKeptCount, node).Scan(&n)
	return n, err
}

func selectKeptPage(ctx context.Context, tx *db.Tx, q UseQuery) (out []KeptSlot, next string, err error) {
	at, id, err := placeOf(q.After)
	if err != nil {
		return nil, "", err
	}
	out, err = db.Collect(ctx, tx, "slots kept for others", scanKept, sqlKeptPage, q.Node, q.State, at, id, q.rows()+1)
	out, next = pageOf(out, q.rows(), func(k KeptSlot) (time.Time, unit.ID) { return k.Changed, k.ID })
	return out, next, err
}

func putOffer(ctx context.Context, tx *db.Tx, org, slot string, price unit.Fen) error {
	_, err := tx.Exec(ctx, sqlOfferPut, org, slot, int64(price), db.Micros(tx.Now()))
	return err
}

func selectOffer(ctx context.Context, tx *db.Tx, org, slot string, since time.Time) (price unit.Fen, known bool, err error) {
	err = tx.QueryRow(ctx, sqlOffer, org, slot, db.Micros(since)).Scan((*int64)(&price))
	if db.NoRows(err) {
		return 0, false, nil
	}
	return price, err == nil, err
}

func dropOffers(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, sqlOfferDrop, db.Micros(before))
	return err
}
