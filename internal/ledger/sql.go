package ledger

import (
	"context"
	"fmt"
	"math/bits"
	"strings"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// accountRow is a line of ledger_account. It never leaves this room.
type accountRow struct {
	path, asset       string
	floored           bool
	openedAt, movedAt int64
	posted, held      unit.Fen
	entries           int64
	head              []byte
	isMoved           bool // has to be written
}

func (r *accountRow) account() Account {
	return Account{Path: r.path, Asset: r.asset, Floor: r.floored, OpenedAt: db.Time(r.openedAt)}
}

func (r *accountRow) balance() Balance { return balance(r.posted, r.held) }

func (r *accountRow) scan(scan func(...any) error) error {
	return scan(&r.path, &r.asset, &r.floored, &r.openedAt, &r.posted, &r.held, &r.entries, &r.movedAt, &r.head)
}

// holdRow is a line of ledger_hold. It never leaves this room.
type holdRow struct {
	id, account  string
	amount, left unit.Fen
	open         bool
	isNew        bool // is not in the table yet
	isChanged    bool // has to be written
}

const accountColumns = `path, asset, floored, opened_at, posted_fen, held_fen, entries, moved_at, head`

const (
	sqlAccount = `SELECT ` + accountColumns + ` FROM ledger_account WHERE path = $1 ORDER BY path LIMIT 1`

	// What a post or hold looks at, at once: its accounts, and the entry of its id if there is one. A statement
	// costs more than the look-up itself.
	sqlLook = `
SELECT ` + accountColumns + `, (SELECT seq FROM ledger_transfer WHERE id = $3)
FROM ledger_account WHERE path IN ($1, $2) ORDER BY path LIMIT 2`

	sqlAccountInsert = `
INSERT INTO ledger_account (` + accountColumns + `) VALUES ($1, $2, $3, $4, 0, 0, 0, $4, $5)
ON CONFLICT (path) DO NOTHING`

	// Accounts that are there, as they are now: many in one statement, which an UPDATE can say only with types that
	// the two databases do not share.
	sqlAccountsSave = `
INSERT INTO ledger_account (` + accountColumns + `) VALUES %s
ON CONFLICT (path) DO UPDATE SET posted_fen = excluded.posted_fen, held_fen = excluded.held_fen, entries = excluded.entries,
  moved_at = excluded.moved_at, head = excluded.head`

	sqlAccountsOf = `SELECT ` + accountColumns + ` FROM ledger_account WHERE path IN (%s) ORDER BY path LIMIT 1000`

	sqlAccounts = `
SELECT ` + accountColumns + ` FROM ledger_account
WHERE path > $1 AND path >= $2 AND path < $3
ORDER BY path LIMIT $4`
)

const entryColumns = `t.seq, t.id, t.at, t.kind, t.asset, t.debit, COALESCE(t.credit, ''), t.amount_fen, t.held_change_fen,
       COALESCE(t.of_hold, ''), t.is_last, t.ref, t.note, COALESCE(t.reverses, ''), t.debit_no, t.debit_posted_fen, t.debit_held_fen,
       COALESCE(t.credit_no, 0), COALESCE(t.credit_posted_fen, 0), COALESCE(t.credit_held_fen, 0), t.digest, COALESCE(r.id, '')`

const entryFrom = ` FROM ledger_transfer t LEFT JOIN ledger_transfer r ON r.reverses = t.id `

const (
	sqlEntryIs = `SELECT seq FROM ledger_transfer WHERE id = $1 ORDER BY id LIMIT 1`

	sqlEntriesThere = `SELECT id FROM ledger_transfer WHERE id IN (%s) ORDER BY id LIMIT 1000`

	sqlEntry = `SELECT ` + entryColumns + entryFrom + `WHERE t.id = $1 ORDER BY t.id LIMIT 1`

	sqlEntryInsert = `
INSERT INTO ledger_transfer (id, at, kind, asset, debit, credit, amount_fen, held_change_fen, of_hold, is_last, ref, note,
  reverses, debit_no, debit_posted_fen, debit_held_fen, credit_no, credit_posted_fen, credit_held_fen, digest)
VALUES %s`

	// The places of an account come from its two indexes, already in order, and only then the entries.
	sqlEntriesOf = `
WITH place AS (
  SELECT seq, at, debit_no AS no FROM ledger_transfer
  WHERE debit = $1 AND (at, debit_no) > ($2, $3) AND at < $4
  UNION ALL
  SELECT seq, at, credit_no FROM ledger_transfer
  WHERE credit = $1 AND (at, credit_no) > ($2, $3) AND at < $4
  ORDER BY at, no LIMIT $5
)
SELECT ` + entryColumns + ` FROM place p JOIN ledger_transfer t ON t.seq = p.seq
LEFT JOIN ledger_transfer r ON r.reverses = t.id
ORDER BY p.at, p.no LIMIT $5`

	sqlByRef = `SELECT ` + entryColumns + entryFrom + `WHERE t.ref = $1 AND t.ref <> '' ORDER BY t.at, t.seq LIMIT $2`

	sqlAllEntries = `SELECT ` + entryColumns + entryFrom + `WHERE t.seq > $1 ORDER BY t.seq LIMIT $2`

	sqlFalseMirrors = `
SELECT m.id, m.reverses FROM ledger_transfer m LEFT JOIN ledger_transfer e ON e.id = m.reverses
WHERE m.reverses IS NOT NULL
  AND (e.id IS NULL OR e.seq >= m.seq OR e.credit IS NULL OR e.reverses IS NOT NULL OR m.kind <> 'post'
    OR e.debit <> m.credit OR e.credit <> m.debit OR e.amount_fen <> m.amount_fen)
ORDER BY m.seq LIMIT $1`

	// The last entry before a moment is the later of two: the last that debits and the last that credits.
	sqlBalanceBefore = `
WITH last_debit AS (
  SELECT debit_no AS no, debit_posted_fen AS posted_fen, debit_held_fen AS held_fen FROM ledger_transfer
  WHERE debit = $1 AND at < $2 ORDER BY at DESC, debit_no DESC LIMIT 1
), last_credit AS (
  SELECT credit_no AS no, credit_posted_fen AS posted_fen, credit_held_fen AS held_fen FROM ledger_transfer
  WHERE credit = $1 AND at < $2 ORDER BY at DESC, credit_no DESC LIMIT 1
), last AS (
  SELECT no, posted_fen, held_fen FROM last_debit UNION ALL SELECT no, posted_fen, held_fen FROM last_credit
)
SELECT posted_fen, held_fen FROM last ORDER BY no DESC LIMIT 1`

	// Sums of what may be many large amounts are made in two halves, neither of which can leave a BIGINT.
	sqlTurnover = `
SELECT COUNT(*), CAST(COALESCE(SUM(change_fen / $4) FILTER (WHERE change_fen > 0), 0) AS BIGINT),
       CAST(COALESCE(SUM(change_fen % $4) FILTER (WHERE change_fen > 0), 0) AS BIGINT)
FROM v_ledger_entry
WHERE account = $1 AND at >= $2 AND at < $3
ORDER BY 1 LIMIT 1`
)

const (
	sqlHold       = `SELECT id, account, amount_fen, left_fen, is_open FROM ledger_hold WHERE id = $1 ORDER BY id LIMIT 1`
	sqlHoldInsert = `INSERT INTO ledger_hold (id, account, amount_fen, left_fen, is_open) VALUES ($1, $2, $3, $4, $5)`
	sqlHoldUpdate = `UPDATE ledger_hold SET left_fen = $2, is_open = $3 WHERE id = $1`
	sqlHolds      = `SELECT id, account, amount_fen, left_fen, is_open FROM ledger_hold WHERE id > $1 ORDER BY id LIMIT $2`
)

func selectAccount(ctx context.Context, tx *db.Tx, path string) (*accountRow, error) {
	if !printable(path) {
		return nil, nil // a database may refuse the text itself
	}
	var r accountRow
	err := r.scan(tx.QueryRow(ctx, sqlAccount, path).Scan)
	if db.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read account %s: %w", path, err)
	}
	return &r, nil
}

// look reads the accounts of a transfer, each nil where there is none, and says whether its id is new. It does not
// know that when there is neither account.
func look(ctx context.Context, tx *db.Tx, debit, credit, id string) (d, c *accountRow, isNew bool, err error) {
	rows, err := tx.Query(ctx, sqlLook, debit, credit, id)
	if err != nil {
		return nil, nil, false, fmt.Errorf("read accounts %s and %s: %w", debit, credit, err)
	}
	defer rows.Close()
	for rows.Next() {
		r := new(accountRow)
		var seq *int64
		if err := r.scan(func(to ...any) error { return rows.Scan(append(to, &seq)...) }); err != nil {
			return nil, nil, false, err
		}
		isNew = seq == nil
		if r.path == debit {
			d = r
		} else {
			c = r
		}
	}
	return d, c, isNew, rows.Err()
}

func insertAccount(ctx context.Context, tx *db.Tx, a Account) error {
	head := opening(a)
	if err := tx.Later(ctx, sqlAccountInsert, a.Path, a.Asset, a.Floor, db.Micros(a.OpenedAt), head[:]); err != nil {
		return fmt.Errorf("open account %s: %w", a.Path, err)
	}
	return nil
}

// many are the texts of a statement for 1, 2, 4 … 64 rows, so that few are prepared.
type many [7]string

// forRows puts a row of so many values into a statement, as often as it has rows. Parameters that are alone are not
// in brackets of their own.
func forRows(query string, columns int) (m many) {
	for i := range m {
		var b strings.Builder
		for n := range columns << i {
			switch {
			case n > 0 && n%columns == 0 && columns > 1:
				b.WriteString("), (")
			case n > 0:
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "$%d", n+1)
		}
		list := b.String()
		if columns > 1 {
			list = "(" + list + ")"
		}
		m[i] = fmt.Sprintf(query, list)
	}
	return m
}

// cut is the statement for the most of n rows that one can take, and how many that is.
func (m *many) cut(n int) (query string, rows int) {
	i := min(bits.Len(uint(n))-1, len(m)-1)
	return m[i], 1 << i
}

var (
	entryInsert  = forRows(sqlEntryInsert, entryValues)
	accountsSave = forRows(sqlAccountsSave, accountValues)
	accountsOf   = forRows(sqlAccountsOf, 1)
	entriesThere = forRows(sqlEntriesThere, 1)
)

const (
	entryValues   = 20
	accountValues = 9
)

// savingAccounts writes accounts as they are now.
func savingAccounts(rows []*accountRow) (list []db.Statement) {
	for len(rows) > 0 {
		query, n := accountsSave.cut(len(rows))
		args := make([]any, 0, n*accountValues)
		for _, a := range rows[:n] {
			args = append(args, a.path, a.asset, a.floored, a.openedAt, int64(a.posted), int64(a.held), a.entries, a.movedAt, a.head)
		}
		list = append(list, db.Statement{Query: query, Args: args, Done: changed(n, "balance of "+rows[0].path)})
		rows = rows[n:]
	}
	return list
}

// changed makes sure that a statement changed as many rows as it was meant to.
func changed(want int, what string) func(int64) error {
	return func(n int64) error {
		if n != int64(want) {
			return fmt.Errorf("%s and others: %d rows changed, want %d", what, n, want)
		}
		return nil
	}
}

// aheadOf says that eachOf will be asked the same; only the first statement of it goes ahead.
func aheadOf(ctx context.Context, tx *db.Tx, m *many, texts []string) {
	if len(texts) > 0 {
		query, n := m.cut(len(texts))
		tx.Ahead(ctx, query, anys(texts[:n])...)
	}
}

func anys(texts []string) []any {
	args := make([]any, len(texts))
	for i, s := range texts {
		args[i] = s
	}
	return args
}

// eachOf runs a statement over texts, some at a time, and gives every row to read.
func eachOf(ctx context.Context, tx *db.Tx, m *many, texts []string, read func(scan func(...any) error) error) error {
	for len(texts) > 0 {
		query, n := m.cut(len(texts))
		if err := each(ctx, tx, query, anys(texts[:n]), read); err != nil {
			return err
		}
		texts = texts[n:]
	}
	return nil
}

func each(ctx context.Context, tx *db.Tx, query string, args []any, read func(scan func(...any) error) error) error {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// selectAccountsOf reads the accounts that are there of some paths.
func selectAccountsOf(ctx context.Context, tx *db.Tx, paths []string, to map[string]*accountRow) error {
	err := eachOf(ctx, tx, &accountsOf, paths, func(scan func(...any) error) error {
		r := new(accountRow)
		err := r.scan(scan)
		to[r.path] = r
		return err
	})
	if err != nil {
		return fmt.Errorf("read accounts: %w", err)
	}
	return nil
}

// selectEntriesThere says which of some ids are in the books.
func selectEntriesThere(ctx context.Context, tx *db.Tx, ids []string) (map[string]bool, error) {
	there := map[string]bool{}
	err := eachOf(ctx, tx, &entriesThere, ids, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		there[id] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for entries: %w", err)
	}
	return there, nil
}

func selectAccounts(ctx context.Context, tx *db.Tx, prefix, after string, limit int) ([]accountRow, error) {
	rows, err := tx.Query(ctx, sqlAccounts, after, prefix, prefix+pathAfterText, limit)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	defer rows.Close()
	var out []accountRow
	for rows.Next() {
		var r accountRow
		if err := r.scan(rows.Scan); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func scanEntry(scan func(...any) error) (e Entry, err error) {
	var at int64
	var d []byte
	err = scan(&e.Seq, &e.ID, &at, &e.Kind, &e.Asset, &e.Debit, &e.Credit, &e.Amount, &e.HeldChange, &e.Of, &e.Last, &e.Ref,
		&e.Note, &e.Reverses, &e.DebitNo, &e.DebitNow.Posted, &e.DebitNow.Held, &e.CreditNo, &e.CreditNow.Posted, &e.CreditNow.Held,
		&d, &e.ReversedBy)
	if err != nil {
		return e, err
	}
	e.At = db.Time(at)
	copy(e.Digest[:], d)
	if e.Credit != "" {
		e.Moved = e.Amount
	}
	e.DebitNow = balance(e.DebitNow.Posted, e.DebitNow.Held)
	e.CreditNow = balance(e.CreditNow.Posted, e.CreditNow.Held)
	return e, nil
}

func selectEntry(ctx context.Context, tx *db.Tx, id string) (*Entry, error) {
	if !printable(id) {
		return nil, nil // a database may refuse the text itself
	}
	// Most ids are new, and to learn that is cheaper than to ask for the whole entry.
	var seq int64
	err := tx.QueryRow(ctx, sqlEntryIs, id).Scan(&seq)
	if db.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for entry %s: %w", id, err)
	}
	e, err := scanEntry(tx.QueryRow(ctx, sqlEntry, id).Scan)
	if err != nil {
		return nil, fmt.Errorf("read entry %s: %w", id, err)
	}
	return &e, nil
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// enteringEntries enters in the given order, and notes the place of each.
func enteringEntries(entries []*Entry) (list []db.Statement) {
	for len(entries) > 0 {
		query, n := entryInsert.cut(len(entries))
		args := make([]any, 0, n*entryValues)
		for _, e := range entries[:n] {
			var no, posted, held any
			if e.Credit != "" {
				no, posted, held = e.CreditNo, int64(e.CreditNow.Posted), int64(e.CreditNow.Held)
			}
			args = append(args, e.ID, db.Micros(e.At), string(e.Kind), e.Asset, e.Debit, orNull(e.Credit), int64(e.Amount),
				int64(e.HeldChange), orNull(e.Of), e.Last, e.Ref, e.Note, orNull(e.Reverses), e.DebitNo, int64(e.DebitNow.Posted),
				int64(e.DebitNow.Held), no, posted, held, e.Digest[:])
		}
		part := entries[:n]
		list = append(list, db.Statement{Query: query, Key: "seq", Args: args, Done: func(last int64) error {
			for i, e := range part { // one writer: the places of one statement follow each other
				e.Seq = last - int64(n-1-i)
			}
			return nil
		}})
		entries = entries[n:]
	}
	return list
}

func queryEntries(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Entry, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list entries: %w", err)
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		e, err := scanEntry(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// place is where an entry stands among those of one account.
type place struct{ at, no int64 }

func selectEntries(ctx context.Context, tx *db.Tx, path string, after place, before int64, limit int) ([]Entry, error) {
	return queryEntries(ctx, tx, sqlEntriesOf, path, after.at, after.no, before, limit)
}

func selectAllEntries(ctx context.Context, tx *db.Tx, after int64, limit int) ([]Entry, error) {
	return queryEntries(ctx, tx, sqlAllEntries, after, limit)
}

func selectByRef(ctx context.Context, tx *db.Tx, ref string, limit int) ([]Entry, error) {
	return queryEntries(ctx, tx, sqlByRef, ref, limit)
}

// selectBalanceBefore reads what stood in an account before a moment, in microseconds, from the last entry
// before it.
func selectBalanceBefore(ctx context.Context, tx *db.Tx, path string, before int64) (Balance, error) {
	var posted, held unit.Fen
	err := tx.QueryRow(ctx, sqlBalanceBefore, path, before).Scan(&posted, &held)
	if err != nil && !db.NoRows(err) {
		return Balance{}, fmt.Errorf("balance of %s before %d: %w", path, before, err)
	}
	return balance(posted, held), nil
}

// selectTurnover counts the entries of an account in [from, to) and adds up what arrived with them.
func selectTurnover(ctx context.Context, tx *db.Tx, path string, from, to int64) (count int64, in unit.Fen, err error) {
	const half = 1_000_000_000
	var high, low int64
	if err := tx.QueryRow(ctx, sqlTurnover, path, from, to, half).Scan(&count, &high, &low); err != nil {
		return 0, 0, fmt.Errorf("turnover of %s: %w", path, err)
	}
	high += low / half
	if high >= int64(unit.FenMax)/half {
		return 0, 0, outOfRange()
	}
	return count, unit.Fen(high*half + low%half), nil
}

func selectHold(ctx context.Context, tx *db.Tx, id string) (*holdRow, error) {
	if !printable(id) {
		return nil, nil // a database may refuse the text itself
	}
	var h holdRow
	err := tx.QueryRow(ctx, sqlHold, id).Scan(&h.id, &h.account, &h.amount, &h.left, &h.open)
	if db.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read hold %s: %w", id, err)
	}
	return &h, nil
}

// selectHolds lists all holds, by id.
func selectHolds(ctx context.Context, tx *db.Tx, after string, limit int) ([]holdRow, error) {
	rows, err := tx.Query(ctx, sqlHolds, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", err)
	}
	defer rows.Close()
	var out []holdRow
	for rows.Next() {
		var h holdRow
		if err := rows.Scan(&h.id, &h.account, &h.amount, &h.left, &h.open); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, rows.Err()
}

// selectFalseMirrors lists the reversals that do not mirror what they name: each with that entry's id.
func selectFalseMirrors(ctx context.Context, tx *db.Tx, limit int) ([][2]string, error) {
	rows, err := tx.Query(ctx, sqlFalseMirrors, limit)
	if err != nil {
		return nil, fmt.Errorf("list false mirrors: %w", err)
	}
	defer rows.Close()
	var out [][2]string
	for rows.Next() {
		var m [2]string
		if err := rows.Scan(&m[0], &m[1]); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

func savingHold(h *holdRow) db.Statement {
	done := changed(1, "hold "+h.id)
	if h.isNew {
		return db.Statement{Query: sqlHoldInsert, Args: []any{h.id, h.account, int64(h.amount), int64(h.left), h.open}, Done: done}
	}
	return db.Statement{Query: sqlHoldUpdate, Args: []any{h.id, int64(h.left), h.open}, Done: done}
}
