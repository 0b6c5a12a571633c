package ledger

import (
	"context"
	"regexp"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Account is one place where an asset can stand.
type Account struct {
	Path     string    // segments parted by "/", at most 200 bytes
	Asset    string    // "CNY", or another asset counted in hundredths; 2 to 24 characters
	Floor    bool      // the available balance may not go below zero
	OpenedAt time.Time // set by Open; UTC
}

// Balance is what stands in an account. Available is Posted minus Held.
type Balance struct {
	Posted    unit.Fen // credits minus debits
	Held      unit.Fen // the sum of what is left of the account's holds
	Available unit.Fen
}

// AccountBalance is a line of the list of accounts.
type AccountBalance struct {
	Account
	Balance
	Entries int64     // how many entries name the account
	MovedAt time.Time // the last of them; when opened, if there is none
}

const (
	pathBytesMax  = 200
	textBytesMax  = 128 // id, ref
	noteBytesMax  = 500
	pathAfterText = "\x7f" // sorts after every character of a path
)

var (
	pathForm  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]*(/[A-Za-z0-9][A-Za-z0-9._:-]*)*$`)
	assetForm = regexp.MustCompile(`^[A-Z][A-Z0-9._-]{0,22}[A-Z0-9]$`)
)

// Open opens an account. Opening it again with the same asset and floor changes nothing; with others it is
// refused.
func (l *Ledger) Open(ctx context.Context, tx *db.Tx, a Account) error {
	if len(a.Path) > pathBytesMax || !pathForm.MatchString(a.Path) {
		return fault.New(fault.Invalid, "ledger.path", "path", clip(a.Path)).On("path")
	}
	if !assetForm.MatchString(a.Asset) {
		return fault.New(fault.Invalid, "ledger.asset", "asset", clip(a.Asset)).On("asset")
	}
	a.OpenedAt = tx.Now()
	was, err := selectAccount(ctx, tx, a.Path)
	if err != nil {
		return err
	}
	if was == nil {
		return insertAccount(ctx, tx, a)
	}
	if was.asset != a.Asset || was.floored != a.Floor {
		return fault.New(fault.Conflict, "ledger.account_other", "path", a.Path, "asset", was.asset)
	}
	return nil
}

// WillAsk says that an account will be asked for in this act.
func (l *Ledger) WillAsk(ctx context.Context, tx *db.Tx, path string) {
	tx.Ahead(ctx, sqlAccount, path)
}

// Account returns an account as it was opened.
func (l *Ledger) Account(ctx context.Context, tx *db.Tx, path string) (Account, error) {
	row, err := l.mustAccount(ctx, tx, path)
	if err != nil {
		return Account{}, err
	}
	return row.account(), nil
}

// Balance returns what stands in an account now, as the act sees it.
func (l *Ledger) Balance(ctx context.Context, tx *db.Tx, path string) (Balance, error) {
	row, err := l.mustAccount(ctx, tx, path)
	if err != nil {
		return Balance{}, err
	}
	return row.balance(), nil
}

// Accounts lists the accounts whose path begins with prefix, in the order of their paths, from behind the
// path after. next is "" at the end, and otherwise the after of the next page. A limit of 0 is the largest.
func (l *Ledger) Accounts(ctx context.Context, tx *db.Tx, prefix, after string, limit int) (page []AccountBalance, next string, err error) {
	if !printable(prefix) || !printable(after) {
		return nil, "", nil // nothing has such a path
	}
	limit = l.limit(limit)
	rows, err := selectAccounts(ctx, tx, prefix, after, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].path
	}
	for _, r := range rows {
		page = append(page, AccountBalance{Account: r.account(), Balance: r.balance(), Entries: r.entries, MovedAt: db.Time(r.movedAt)})
	}
	return page, next, nil
}

func (l *Ledger) mustAccount(ctx context.Context, tx *db.Tx, path string) (*accountRow, error) {
	row, err := selectAccount(ctx, tx, path)
	if err == nil && row == nil {
		err = fault.New(fault.NotFound, "ledger.no_account", "path", clip(path))
	}
	return row, err
}

// clip shortens a text that a refusal shows.
func clip(s string) string {
	const shown = 60
	if r := []rune(s); len(r) > shown {
		return string(r[:shown]) + "…"
	}
	return s
}
