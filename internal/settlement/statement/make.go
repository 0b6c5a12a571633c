package statement

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Open is a month that has ended and has no statement yet, with the host whose orders are in it.
type Open struct {
	Host   string
	Period string
	Orders int64 // that a letter of the month told of
}

// monthsOpenMax is how many months are shown as open for one host.
const monthsOpenMax = 24

// Open lists the months that this node's officers can close, oldest first of each host.
func (d *Desk) Open(ctx context.Context, who access.Actor) (out []Open, err error) {
	err = d.openMonths(ctx, who, func() { out = nil }, func(tx *db.Tx, host string, from, end time.Time) (bool, error) {
		n, err := countTold(ctx, tx, d.c.Self, host, from, end)
		if n > 0 {
			out = append(out, Open{host, from.Format(monthLayout), n})
		}
		return n > 0, err
	})
	return out, err
}

// OpenMonths counts the months that Open lists, without their orders.
func (d *Desk) OpenMonths(ctx context.Context, who access.Actor) (n int, err error) {
	err = d.openMonths(ctx, who, func() { n = 0 }, func(tx *db.Tx, host string, from, end time.Time) (bool, error) {
		told, err := selectAnyTold(ctx, tx, d.c.Self, host, from, end)
		if told {
			n++
		}
		return told, err
	})
	return n, err
}

// openMonths goes through the months of each host that have ended since the last statement; look says whether one has orders. begin
// is called before, and again when the reading has to be repeated.
func (d *Desk) openMonths(ctx context.Context, who access.Actor, begin func(), look func(tx *db.Tx, host string, from, end time.Time) (bool, error)) error {
	if err := access.May(who, access.StatementRead, access.Scope{Region: unit.Region(d.c.Self)}); err != nil {
		return err
	}
	return d.c.DB.Read(ctx, func(tx *db.Tx) error {
		begin()
		hosts, err := selectHosts(ctx, tx, d.c.Self)
		if err != nil {
			return err
		}
		for _, h := range hosts {
			last, had, err := selectLast(ctx, tx, d.c.Self, h.host)
			if err != nil {
				return err
			}
			at := h.first
			if had {
				at = last.Until
			}
			at = at.In(d.c.Calendar.Location())
			from := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, at.Location())
			for found := 0; found < monthsOpenMax; {
				end := from.AddDate(0, 1, 0)
				if end.After(tx.Now()) {
					break
				}
				is, err := look(tx, h.host, from, end)
				if err != nil {
					return err
				}
				if is {
					found++
				}
				from = end
			}
		}
		return nil
	})
}

// Close closes a month with a host: it cuts the letters off, computes this side's lines and sends them. The refusals, in this
// order: permission, the host, the month, a month that has not ended, one that stands before the last that was closed, the last
// one still waiting for the other side.
func (d *Desk) Close(ctx context.Context, who access.Actor, host, period string) (s Statement, err error) {
	mandate, err := access.Mandate(who, access.StatementSign, access.Scope{Region: unit.Region(d.c.Self)})
	if err != nil {
		return s, err
	}
	if host == d.c.Self || !d.c.Letters.Reaches(host) {
		return s, fault.New(fault.NotFound, "statement.no_host", "host", host).On("host")
	}
	from, until, err := d.month(period)
	if err != nil {
		return s, err
	}
	err = d.c.DB.Act(ctx, func(tx *db.Tx) error {
		if until.After(tx.Now()) {
			return fault.New(fault.Conflict, "statement.month_open", "period", period).On("period")
		}
		last, had, err := selectLast(ctx, tx, d.c.Self, host)
		if err != nil {
			return err
		}
		switch {
		case had && last.Until.After(from):
			return fault.New(fault.Conflict, "statement.closed", "period", period, "last", last.Period).On("period")
		case had && last.State == Sent:
			return fault.New(fault.Conflict, "statement.last_waits", "last", last.Period).On("period")
		}
		s = Statement{ID: idOf(d.c.Self, host, period), Payer: d.c.Self, Host: host, Period: period, From: last.Until, Until: until,
			Told: [2]int64{last.Told[1], last.Told[1]}, Records: [2]int64{last.Records[1], last.Records[1]}, State: Sent,
			MadeBy: who.Person, MadeName: who.Name, MadeAt: tx.Now()}
		told, records, err := selectCut(ctx, tx, d.c.Self, host, until)
		if err != nil {
			return fmt.Errorf("cut off letters: %w", err)
		}
		s.Told[1], s.Records[1] = max(told, s.Told[0]), max(records, s.Records[0])
		if err := insertStatement(ctx, tx, s); err != nil {
			return err
		}
		lines, err := d.payerLines(ctx, tx, s)
		if err != nil {
			return err
		}
		if err := d.put(ctx, tx, s, Payer, lines); err != nil {
			return err
		}
		if err := d.sendLines(ctx, tx, s, Payer, lines, who, mandate); err != nil {
			return err
		}
		return d.c.Access.Record(ctx, tx, who, access.Entry{Act: "statement.close", Object: s.Object(), Region: unit.Region(d.c.Self), Mandate: mandate,
			Detail: fmt.Sprintf("%d lines", len(lines))})
	})
	return s, err
}

// payerLines are this side's lines of its own cases and books as they stood when the month ended: of each order that had a step
// in the time, of which the provider recorded something, or that was in dispute before.
func (d *Desk) payerLines(ctx context.Context, tx *db.Tx, s Statement) ([]Line, error) {
	all := map[string]Line{}
	add := func(o Order) error {
		if _, had := all[o.No]; had {
			return nil
		}
		home, err := d.c.Registry.Home(ctx, tx, o.Provider)
		if err == nil && home == s.Host {
			all[o.No] = d.line(o, o.Paid, o.Billed, true)
		}
		return err
	}
	if err := d.c.Orders.Touched(ctx, tx, s.From, s.Until, add); err != nil {
		return nil, err
	}
	also, err := d.again(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	for _, no := range also {
		o, ok, err := d.c.Orders.At(ctx, tx, no, s.Until)
		if err != nil {
			return nil, err
		}
		if ok {
			if err := add(o); err != nil {
				return nil, err
			}
		}
	}
	return sorted(all)
}

// hostLines are this side's lines by the letters up to the cut and by what its providers recorded.
func (d *Desk) hostLines(ctx context.Context, tx *db.Tx, s Statement) ([]Line, error) {
	nos, err := selectToldOrders(ctx, tx, s)
	if err != nil {
		return nil, fmt.Errorf("orders told: %w", err)
	}
	also, err := d.again(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	all := map[string]Line{}
	for _, no := range append(nos, also...) {
		t, ok, err := selectNewestTold(ctx, tx, s.Payer, s.Host, no, s.Told[1])
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		r, recorded, err := selectNewestRecord(ctx, tx, s.Payer, s.Host, no, s.Records[1])
		if err != nil {
			return nil, err
		}
		paid := t.o.Paid
		if recorded && t.o.ToProvider {
			paid = r.Received
		}
		all[no] = d.line(t.o, paid, r.Billed, recorded)
	}
	return sorted(all)
}

// again are the orders that stand in the statement for another reason than a step: something was recorded of them, or the
// statement before found a difference.
func (d *Desk) again(ctx context.Context, tx *db.Tx, s Statement) ([]string, error) {
	nos, err := selectRecordedOrders(ctx, tx, s)
	if err != nil {
		return nil, fmt.Errorf("orders recorded: %w", err)
	}
	before, had, err := selectBefore(ctx, tx, s)
	if err != nil || !had {
		return nos, err
	}
	for _, x := range before.Text.Differences {
		if !slices.Contains(nos, x.Order) {
			nos = append(nos, x.Order)
		}
	}
	return nos, nil
}

// line is an order as one side puts it, with its days by this side's calendar.
func (d *Desk) line(o Order, paid, billed unit.Fen, recorded bool) Line {
	l := Line{Order: o.No, Org: o.Org, Provider: o.Provider, State: o.State, Approved: o.Approved, Paid: paid, Billed: billed, Recorded: recorded, Days: -1, Workdays: o.Workdays}
	if o.Since.Valid() && o.PaidOn.Valid() && o.Since <= o.PaidOn {
		l.Days = int64(o.PaidOn.Sub(o.Since))
		if o.Workdays {
			n, _ := d.c.Calendar.WorkdaysBetween(o.Since, o.PaidOn)
			l.Days = int64(n)
		}
	}
	return l
}

func sorted(all map[string]Line) ([]Line, error) {
	if len(all) > linesMax {
		return nil, fault.New(fault.TooLarge, "statement.lines", "most", linesMax)
	}
	out := make([]Line, 0, len(all))
	for _, l := range all {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b Line) int { return strings.Compare(a.Order, b.Order) })
	return out, nil
}

func (d *Desk) put(ctx context.Context, tx *db.Tx, s Statement, side string, lines []Line) error {
	for _, l := range lines {
		if err := insertLine(ctx, tx, s.ID, side, l); err != nil {
			return fmt.Errorf("line %s of statement %s: %w", l.Order, s.ID, err)
		}
	}
	return nil
}
