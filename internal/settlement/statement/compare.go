package statement

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/gowebpki/jcs"

	"corridor/internal/unit"
)

// fixed are the states in which money depends on what was billed.
var fixed = map[string]bool{"approved": true, "paid": true, "back": true}

// differences compares two lists that are sorted by order. One order can differ in several things; each is named.
func differences(payer, host []Line) (out []Difference) {
	i, j := 0, 0
	for i < len(payer) || j < len(host) {
		switch {
		case j == len(host) || i < len(payer) && payer[i].Order < host[j].Order:
			out = append(out, Difference{payer[i].Order, "line", payer[i].State, ""})
			i++
		case i == len(payer) || host[j].Order < payer[i].Order:
			out = append(out, Difference{host[j].Order, "line", "", host[j].State})
			j++
		default:
			out = append(out, differ(payer[i], host[j])...)
			i, j = i+1, j+1
		}
	}
	return out
}

func differ(p, h Line) (out []Difference) {
	add := func(field, a, b string) {
		if a != b {
			out = append(out, Difference{p.Order, field, a, b})
		}
	}
	add("org", p.Org, h.Org)
	add("provider", p.Provider, h.Provider)
	add("state", p.State, h.State)
	add("approved", p.Approved.Yuan(), h.Approved.Yuan())
	add("paid", p.Paid.Yuan(), h.Paid.Yuan())
	if fixed[p.State] || fixed[h.State] {
		add("billed", billedText(p), billedText(h))
	}
	add("days", daysText(p), daysText(h))
	return out
}

func billedText(l Line) string {
	if !l.Recorded {
		return ""
	}
	return l.Billed.Yuan()
}

func daysText(l Line) string {
	switch {
	case l.Days < 0:
		return ""
	case l.Workdays:
		return strconv.FormatInt(l.Days, 10) + " wd"
	}
	return strconv.FormatInt(l.Days, 10) + " d"
}

// textOf is the text that both sides sign, of both lists. before is, by order, what earlier statements agreed had been paid.
func textOf(s Statement, payer, host []Line, before map[string]unit.Fen) (Text, error) {
	t := Text{V: 1, Payer: s.Payer, Host: s.Host, Period: s.Period, Told: s.Told, Records: s.Records, Differences: differences(payer, host), Lines: map[string]string{}}
	for side, lines := range map[string][]Line{Payer: payer, Host: host} {
		_, digest, err := canonical(lines)
		if err != nil {
			return t, err
		}
		t.Lines[side] = digest
	}
	if t.Differences == nil {
		t.Differences = []Difference{}
	}
	disputed := map[string]bool{}
	for _, x := range t.Differences {
		disputed[x.Order] = true
	}
	var agreed []Line
	for _, l := range payer {
		if !disputed[l.Order] {
			agreed = append(agreed, l)
		}
	}
	var err error
	t.Totals, err = totals(agreed, before)
	return t, err
}

func totals(agreed []Line, before map[string]unit.Fen) (t Totals, err error) {
	firms := map[string]bool{}
	var workdays, days []int64
	for _, l := range agreed {
		t.Orders++
		firms[l.Org] = true
		was, late := before[l.Order]
		if late {
			t.Late++
		}
		switch l.State {
		case "pending":
			t.Pending++
		case "approved":
			t.Approved++
			if t.ApprovedFen, err = t.ApprovedFen.Add(l.Approved); err != nil {
				return t, err
			}
		case "rejected":
			t.Rejected++
		case "dropped":
			t.Dropped++
		}
		switch now := l.Paid - was; {
		case now > 0:
			t.Paid++
			if t.PaidFen, err = t.PaidFen.Add(now); err != nil {
				return t, err
			}
			if l.Days >= 0 && l.Workdays {
				workdays = append(workdays, l.Days)
			} else if l.Days >= 0 {
				days = append(days, l.Days)
			}
		case now < 0:
			if t.BackFen, err = t.BackFen.Add(-now); err != nil {
				return t, err
			}
		}
	}
	t.Firms, t.MedianWorkdays, t.MedianDays = int64(len(firms)), medianTenths(workdays), medianTenths(days)
	return t, nil
}

// medianTenths is the median in tenths; -1 of nothing.
func medianTenths(all []int64) int64 {
	if len(all) == 0 {
		return -1
	}
	slices.Sort(all)
	mid := len(all) / 2
	if len(all)%2 == 1 {
		return all[mid] * 10
	}
	return (all[mid-1] + all[mid]) * 5
}

// canonical is the JSON of RFC 8785 with its digest.
func canonical(x any) (text []byte, digest string, err error) {
	raw, err := json.Marshal(x)
	if err == nil {
		text, err = jcs.Transform(raw)
	}
	if err != nil {
		return nil, "", fmt.Errorf("canonical JSON: %w", err)
	}
	sum := sha256.Sum256(text)
	return text, "sha256:" + hex.EncodeToString(sum[:]), nil
}
