package web

import (
	"bytes"
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// dayIn reads a day of an input; no text is no day.
func dayIn(text, field string) (unit.Day, error) {
	if text == "" {
		return 0, nil
	}
	d, err := unit.ParseDay(text)
	if err != nil {
		return 0, fault.Of(err).On(field)
	}
	return d, nil
}

type balanceOut struct {
	Posted    unit.Fen `json:"posted" doc:"yuan"`
	Held      unit.Fen `json:"held"`
	Available unit.Fen `json:"available"`
}

type bookEntryOut struct {
	ID     string   `json:"id"`
	No     int64    `json:"no" doc:"number of the entry in this account"`
	At     string   `json:"at"`
	Kind   string   `json:"kind" enum:"post,hold,capture,release"`
	Other  string   `json:"other" doc:"the other account"`
	Change unit.Fen `json:"change"`
	Posted unit.Fen `json:"posted" doc:"balance after it"`
	Held   unit.Fen `json:"held"`
	Ref    string   `json:"ref"`
	Note   string   `json:"note"`
}

func (s *Server) apiBooks() {
	type account struct {
		Path      string   `json:"path"`
		Asset     string   `json:"asset"`
		Posted    unit.Fen `json:"posted" doc:"yuan"`
		Held      unit.Fen `json:"held"`
		Available unit.Fen `json:"available"`
		Entries   int64    `json:"entries"`
	}
	type accountsIn struct {
		Prefix string `query:"prefix"`
		After  string `query:"after"`
		Day    string `query:"day" doc:"balances as they stood when this day ended; now without it"`
	}
	type accounts struct {
		Accounts []account `json:"accounts"`
		Next     string    `json:"next"`
	}
	operate(s, "GET", "/api/v1/books/accounts", access.BooksRead, "Accounts with their balances, now or when a day ended", func(ctx context.Context, a asked, i *accountsIn) (*body[accounts], error) {
		if err := s.mayBooks(a.who); err != nil {
			return nil, err
		}
		day, err := dayIn(i.Day, "day")
		if err != nil {
			return nil, err
		}
		page, next, err := s.accountsOn(ctx, i.Prefix, i.After, day, 0)
		if err != nil {
			return nil, err
		}
		o := accounts{Accounts: []account{}, Next: next}
		for _, a := range page {
			o.Accounts = append(o.Accounts, account{a.Path, a.Asset, a.Posted, a.Held, a.Available, a.Entries})
		}
		return answer(o)
	})
	type entriesIn struct {
		Account string `query:"account"`
		From    string `query:"from" doc:"first day of a statement"`
		To      string `query:"to" doc:"last day of a statement"`
		After   string `query:"after"`
	}
	type statement struct {
		From    unit.Day   `json:"from"`
		To      unit.Day   `json:"to"`
		Opening balanceOut `json:"opening"`
		Closing balanceOut `json:"closing"`
		In      unit.Fen   `json:"in"`
		Out     unit.Fen   `json:"out"`
		Count   int64      `json:"count"`
	}
	type entries struct {
		Entries   []bookEntryOut `json:"entries"`
		Next      string         `json:"next"`
		Statement *statement     `json:"statement,omitempty" doc:"of the period, where one is asked for"`
	}
	operate(s, "GET", "/api/v1/books/entries", access.BooksRead, "Entries of an account, oldest first; between two days its statement", func(ctx context.Context, a asked, i *entriesIn) (*body[entries], error) {
		if err := s.mayBooks(a.who); err != nil {
			return nil, err
		}
		from, err := dayIn(i.From, "from")
		if err != nil {
			return nil, err
		}
		to, err := dayIn(i.To, "to")
		if err != nil {
			return nil, err
		}
		o := entries{Entries: []bookEntryOut{}}
		err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
			rows, next, st, err := s.statement(ctx, tx, i.Account, from, to, i.After, 0)
			for _, r := range rows {
				o.Entries = append(o.Entries, bookEntryOut{r.ID, r.No, iso(r.At), string(r.Kind), r.Other, r.Change, r.Now.Posted, r.Now.Held, r.Ref, r.Note})
			}
			if o.Next = next; st != nil {
				o.Statement = &statement{st.From, st.To, balanceOut{st.Opening.Posted, st.Opening.Held, st.Opening.Available},
					balanceOut{st.Closing.Posted, st.Closing.Held, st.Closing.Available}, st.In, st.Out, st.Count}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		return answer(o)
	})
	type textIn struct {
		Format string `path:"format" enum:"hledger,beancount"`
	}
	type text struct {
		ContentType string `header:"Content-Type"`
		Body        []byte
	}
	operate(s, "GET", "/api/v1/books/text/{format}", access.BooksRead, "The whole books as plain-text accounting", func(ctx context.Context, a asked, i *textIn) (*text, error) {
		if err := s.mayBooks(a.who); err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := s.c.Ledger.Export(ctx, &b, i.Format); err != nil {
			return nil, err
		}
		return &text{"text/plain; charset=utf-8", b.Bytes()}, nil
	})
}
