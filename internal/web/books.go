package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/ledger"
	"corridor/internal/unit"
)

type booksPage struct {
	Prefix       string
	Accounts     []ledger.AccountBalance
	After        string
	Whole        bool // all accounts stand on this page, so that their sum says something
	Posted, Held unit.Fen
}

// mayBooks says whether this person reads the books of the whole node.
func (s *Server) mayBooks(who access.Actor) error {
	return access.May(who, access.BooksRead, access.Scope{Region: unit.Region(s.c.Node.Code)})
}

func (v *visit) books() error {
	if err := v.s.mayBooks(v.who); err != nil {
		return err
	}
	q := v.r.URL.Query()
	p := booksPage{Prefix: q.Get("prefix")}
	err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		p.Accounts, p.After, err = v.s.c.Ledger.Accounts(v.ctx(), tx, p.Prefix, q.Get("after"), pageRows)
		return err
	})
	if err != nil {
		return err
	}
	p.Whole = len(p.Accounts) > 0 && p.Prefix == "" && p.After == "" && q.Get("after") == ""
	for _, a := range p.Accounts {
		if p.Posted, err = p.Posted.Add(a.Posted); err != nil {
			return err
		}
		if p.Held, err = p.Held.Add(a.Held); err != nil {
			return err
		}
	}
	return v.show("books", v.t("账簿", "Books"), p)
}

type entriesPage struct {
	Account ledger.Account
	Balance ledger.Balance
	Entries []entryRow
	After   string
}

// entryRow is an entry as one of its accounts sees it.
type entryRow struct {
	ledger.Entry
	No        int64
	Other     string
	Change    unit.Fen
	Held      unit.Fen // what it did to what is held of this account
	Now       ledger.Balance
	KindWords fault.Words
	CaseID    unit.ID
}

func (v *visit) entries() error {
	if err := v.s.mayBooks(v.who); err != nil {
		return err
	}
	q := v.r.URL.Query()
	var p entriesPage
	err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		if p.Account, err = v.s.c.Ledger.Account(v.ctx(), tx, q.Get("account")); err != nil {
			return err
		}
		if p.Balance, err = v.s.c.Ledger.Balance(v.ctx(), tx, p.Account.Path); err != nil {
			return err
		}
		p.Entries, p.After, err = accountEntries(v.ctx(), tx, v.s.c.Ledger, p.Account.Path, q.Get("after"))
		return err
	})
	if err != nil {
		return err
	}
	v.under("/books", "账簿", "Books")
	return v.show("entries", p.Account.Path, p)
}

var entryKinds = map[ledger.Kind]fault.Words{ledger.Post: {"记账", "post"}, ledger.Hold: {"占用", "hold"},
	ledger.Capture: {"兑付占用", "capture"}, ledger.Release: {"解除占用", "release"}}

func accountEntries(ctx context.Context, tx *db.Tx, l *ledger.Ledger, path, after string) (rows []entryRow, next string, err error) {
	page, next, err := l.Entries(ctx, tx, path, after, pageRows)
	for _, e := range page {
		r := entryRow{Entry: e, No: e.No(path), Other: e.Credit, Change: e.Change(path), Now: e.Now(path), KindWords: entryKinds[e.Kind]}
		if path == e.Debit {
			r.Held = e.HeldChange
		}
		if path == e.Credit {
			r.Other = e.Debit
		}
		r.CaseID, _ = caseOf(e.Ref)
		rows = append(rows, r)
	}
	return rows, next, err
}
