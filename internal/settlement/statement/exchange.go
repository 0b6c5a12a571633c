package statement

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// linesBody is the layout of a letter with a part of one side's lines. The head is the same in all of them.
type linesBody struct {
	Payer   string    `json:"payer"`
	Host    string    `json:"host"`
	Period  string    `json:"period"`
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"`
	Told    [2]int64  `json:"orders_by_letter"`
	Records [2]int64  `json:"records_by_letter"`
	Part    int64     `json:"part"` // from 1
	Parts   int64     `json:"parts"`
	Lines   []Line    `json:"lines"`
}

func (d *Desk) sendLines(ctx context.Context, tx *db.Tx, s Statement, side string, lines []Line, who access.Actor, mandate string) error {
	parts := int64(max(1, (len(lines)+linesLetter-1)/linesLetter))
	for part := int64(1); part <= parts; part++ {
		from := int(part-1) * linesLetter
		b := linesBody{s.Payer, s.Host, s.Period, s.From, s.Until, s.Told, s.Records, part, parts, lines[from:min(from+linesLetter, len(lines))]}
		if _, err := d.c.Letters.Send(ctx, tx, s.Other(d.c.Self), linesKind, who, mandate, b); err != nil {
			return fmt.Errorf("send lines of statement %s: %w", s.ID, err)
		}
	}
	return nil
}

// takeLines takes a part of the other side's lines. With the last one the host computes and sends its own, and each compares.
func (d *Desk) takeLines(ctx context.Context, tx *db.Tx, l Letter) error {
	var b linesBody
	if err := read(l, &b); err != nil {
		return err
	}
	s := Statement{ID: idOf(b.Payer, b.Host, b.Period), Payer: b.Payer, Host: b.Host, Period: b.Period, From: b.From, Until: b.Until, Told: b.Told, Records: b.Records, State: Sent, MadeAt: tx.Now()}
	theirs, mine := s.Side(l.From), s.Side(d.c.Self)
	if theirs == "" || mine == "" || theirs == mine || len(b.Lines) > linesLetter || b.Part < 1 || b.Part > b.Parts || b.Parts > linesMax/linesLetter {
		return fault.New(fault.Invalid, "statement.letter", "what", "lines")
	}
	had, err := selectStatement(ctx, tx, s.ID)
	switch {
	case fault.KindOf(err) == fault.NotFound && mine == Host && b.Part == 1:
		if err := d.begin(ctx, tx, s); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		if had.State != Sent || had.parts != b.Part-1 || had.Told != b.Told || had.Records != b.Records || !had.Until.Equal(b.Until) {
			return fault.New(fault.Conflict, "statement.other_cut", "statement", s.ID)
		}
		s = had
	}
	for _, x := range b.Lines {
		if x.Order == "" || len(x.Order) > 64 || !states[x.State] {
			return fault.New(fault.Invalid, "statement.letter", "what", "line")
		}
	}
	if err := d.put(ctx, tx, s, theirs, b.Lines); err != nil {
		return err
	}
	if err := updateParts(ctx, tx, s.ID, b.Part); err != nil || b.Part < b.Parts {
		return err
	}
	if mine == Host {
		lines, err := d.hostLines(ctx, tx, s)
		if err != nil {
			return err
		}
		if err := d.put(ctx, tx, s, Host, lines); err != nil {
			return err
		}
		if err := d.sendLines(ctx, tx, s, Host, lines, access.Actor{}, ""); err != nil {
			return err
		}
	}
	return d.compare(ctx, tx, s)
}

// begin enters a statement that the payer's node closed, if its cuts go on from the last one and end with letters that are here.
func (d *Desk) begin(ctx context.Context, tx *db.Tx, s Statement) error {
	if _, _, err := d.month(s.Period); err != nil {
		return err
	}
	last, _, err := selectLast(ctx, tx, s.Payer, s.Host)
	if err != nil {
		return err
	}
	told, records, err := selectCut(ctx, tx, s.Payer, s.Host, time.UnixMicro(1<<62))
	if err != nil {
		return err
	}
	if s.Told[0] != last.Told[1] || s.Records[0] != last.Records[1] || s.Told[1] < s.Told[0] || s.Records[1] < s.Records[0] ||
		s.Told[1] > max(told, s.Told[0]) || s.Records[1] > max(records, s.Records[0]) || last.State == Sent || !s.Until.After(last.Until) {
		return fault.New(fault.Conflict, "statement.other_cut", "statement", s.ID)
	}
	return insertStatement(ctx, tx, s)
}

// compare makes the text of both lists and tells the desk that signs.
func (d *Desk) compare(ctx context.Context, tx *db.Tx, s Statement) error {
	text, err := d.text(ctx, tx, s)
	if err != nil {
		return err
	}
	if len(text.Differences) > differsMax {
		return fault.New(fault.TooLarge, "statement.differences", "most", differsMax)
	}
	raw, digest, err := canonical(text)
	if err != nil {
		return err
	}
	if err := updateCompared(ctx, tx, s.ID, string(raw), digest, len(text.Differences)); err != nil {
		return fmt.Errorf("compare statement %s: %w", s.ID, err)
	}
	if d.c.Notices == nil {
		return nil
	}
	words := fault.Words{"月度对账单已比对，待签署：" + s.ID, "A monthly statement is compared and waits to be signed: " + s.ID}
	if n := len(text.Differences); n > 0 {
		words = fault.Words{fmt.Sprintf("月度对账单有 %d 处差异，请核实：%s", n, s.ID), fmt.Sprintf("A monthly statement has %s to look at: %s", fault.Count(n, "", "difference", "differences")[1], s.ID)}
	}
	_, err = d.c.Notices.Tell(ctx, tx, notice.Notice{To: notice.Audience{Role: "voucher_finance", Region: unit.Region(d.c.Self)}, Kind: "statement.compared", Object: s.Object(),
		Path: "/statements/" + s.ID, Title: words, Key: s.Object() + "/compared"})
	return err
}

// text computes the text from the lines that are kept.
func (d *Desk) text(ctx context.Context, tx *db.Tx, s Statement) (Text, error) {
	payer, err := selectLines(ctx, tx, s.ID, Payer)
	if err != nil {
		return Text{}, err
	}
	host, err := selectLines(ctx, tx, s.ID, Host)
	if err != nil {
		return Text{}, err
	}
	before, err := d.before(ctx, tx, s, payer)
	if err != nil {
		return Text{}, err
	}
	return textOf(s, payer, host, before)
}

// before is, by order, what the newest earlier statement that agreed on the order had as paid.
func (d *Desk) before(ctx context.Context, tx *db.Tx, s Statement, lines []Line) (map[string]unit.Fen, error) {
	out := map[string]unit.Fen{}
	disputed := map[string]map[string]bool{} // by statement
	for _, l := range lines {
		all, err := selectEarlier(ctx, tx, s, l.Order)
		if err != nil {
			return nil, fmt.Errorf("earlier lines of order %s: %w", l.Order, err)
		}
		for _, e := range all {
			if disputed[e.statement] == nil {
				was, err := selectStatement(ctx, tx, e.statement)
				if err != nil {
					return nil, err
				}
				disputed[e.statement] = map[string]bool{}
				for _, x := range was.Text.Differences {
					disputed[e.statement][x.Order] = true
				}
			}
			if !disputed[e.statement][l.Order] {
				out[l.Order] = e.paid
				break
			}
		}
	}
	return out, nil
}
