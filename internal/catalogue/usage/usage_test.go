package usage_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/usage"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// Synthetic organisations: the codes are well formed and given to nobody.
const (
	lab  = "12310000DEMQ000341"
	firm = "91340100MA0DEMQ19B"
	spin = "12320000DEMQ00050T" // controlled by the lab
	cryo = unit.ID("01H0000000000000000000CRY0")
	duty = unit.ID("01H00000000000000000000DVT")
)

var (
	operator = access.Actor{Person: "01H00000000000000000000002", Name: "operator", Grants: []access.Grant{{Role: "lab_operator", Org: lab}}}
	user     = access.Actor{Person: "01H00000000000000000000004", Name: "user", Grants: []access.Grant{{Role: "org_member", Org: firm}}}
	stranger = access.Actor{Person: "01H00000000000000000000005", Name: "stranger", Grants: []access.Grant{{Role: "org_member", Org: spin}}}
)

// shelf is what the neighbouring rooms say, written down.
type shelf struct {
	instruments []usage.Instrument
	booked      map[unit.ID][]usage.Booked
	asked       []usage.Asked
}

func (s *shelf) Instrument(_ context.Context, _ *db.Tx, id unit.ID) (usage.Instrument, error) {
	for _, i := range s.instruments {
		if i.ID == id {
			return i, nil
		}
	}
	return usage.Instrument{}, fault.New(fault.NotFound, "usage.unknown")
}

func (s *shelf) Owned(_ context.Context, _ *db.Tx, owner string, after unit.ID) (out []usage.Instrument, next unit.ID, _ error) {
	for _, i := range s.instruments {
		if i.Owner == owner && i.ID > after {
			out = append(out, i)
		}
	}
	return out, "", nil
}

func (s *shelf) Touching(_ context.Context, _ *db.Tx, id unit.ID, from, to time.Time) (out []usage.Booked, _ error) {
	for _, b := range s.booked[id] {
		if b.From.Before(to) && b.To.After(from) {
			out = append(out, b)
		}
	}
	return out, nil
}

func (s *shelf) Asked(_ context.Context, _ *db.Tx, id unit.ID, from, to time.Time) ([]usage.Asked, error) {
	if id != cryo {
		return nil, nil
	}
	return s.asked, nil
}

func (s *shelf) About(_ context.Context, _ *db.Tx, id unit.ID) (unit.ID, string, error) {
	for i, all := range s.booked {
		for _, b := range all {
			if b.ID == id {
				return i, b.Org, nil
			}
		}
	}
	return "", "", fault.New(fault.NotFound, "booking.unknown")
}

type house struct {
	*testing.T
	*usage.Service
	ctx   context.Context
	now   *time.Time
	shelf *shelf
	d     *db.DB
}

func (h house) at(text string) time.Time {
	h.Helper()
	at, err := usage.ParseTime(text, h.Zone())
	h.ok(err)
	return at
}

func (h house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h house) refused(err error, code string) {
	h.Helper()
	if got := fault.CodeOf(err); got != code {
		h.Errorf("refused with %q (%v), want %q", got, err, code)
	}
}

func (h house) book(id unit.ID, booking, org, from, to string, charge unit.Fen) {
	h.shelf.booked[id] = append(h.shelf.booked[id], usage.Booked{ID: unit.ID(booking), Org: org, From: h.at(from), To: h.at(to), Charge: charge})
}

// csv takes a file of runs.
func (h house) csv(lines ...string) usage.Imported {
	h.Helper()
	out, err := h.Import(h.ctx, operator, usage.Import{Owner: lab, Name: "runs.csv", File: strings.NewReader(strings.Join(lines, "\n"))})
	h.ok(err)
	return out
}

func each(t *testing.T, test func(h house)) {
	now := time.Date(2026, 6, 3, 4, 0, 0, 0, time.UTC)
	dbtest.Each(t, func() time.Time { return now }, func(t *testing.T, d *db.DB) {
		now = time.Date(2026, 6, 3, 4, 0, 0, 0, time.UTC)
		h := house{T: t, d: d, ctx: context.Background(), now: &now, shelf: &shelf{booked: map[unit.ID][]usage.Booked{}}}
		a, err := access.New(access.Config{DB: d})
		h.ok(err)
		r, err := registry.New(registry.Config{DB: d, Access: a, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar(), Self: "310000", IdentityKey: []byte("a key of the test")})
		h.ok(err)
		store, err := files.New(files.Config{DB: d, Dir: t.TempDir()})
		h.ok(err)
		h.ok(d.Act(h.ctx, func(tx *db.Tx) error {
			for code, kind := range map[string]string{lab: "institute", firm: "firm", spin: "institute"} {
				o := registry.Org{Code: code, Name: fault.Words{code, code}, Kind: kind, Region: "310115", Synthetic: true}
				if err := r.Put(h.ctx, tx, access.System("test"), o); err != nil {
					return err
				}
			}
			return r.PutRelation(h.ctx, tx, access.System("test"), registry.Relation{Org: spin, Holder: lab, Kind: registry.Controls, Since: unit.Date(2020, 1, 1), Source: "test"})
		}))
		old := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
		h.shelf.instruments = []usage.Instrument{
			{ID: cryo, Owner: lab, Region: "310115", Title: fault.Words{"冷冻电镜", "Cryo-EM"}, OwnNo: "EM-01", UnitNo: "N310001", Published: old},
			{ID: duty, Owner: lab, Region: "310115", Title: fault.Words{"质谱仪", "Mass spectrometer"}, OwnNo: "MS-02", UnitNo: "N310001", DutyFree: true, Published: old},
		}
		h.Service, err = usage.New(usage.Config{DB: d, Access: a, Listings: h.shelf, Bookings: h.shelf, Ties: r, Files: store, Days: unit.NewDays(unit.ChinaCalendar())})
		h.ok(err)
		test(h)
	})
}

func TestALogIsLaidBesideTheBookingsAndHoursFollow(t *testing.T) {
	each(t, func(h house) {
		h.book(cryo, "B1", firm, "2026-05-04 09:00", "2026-05-04 12:00", 360_000)
		h.book(cryo, "B2", lab, "2026-05-05 09:00", "2026-05-05 11:00", 20_000)
		h.book(cryo, "B3", spin, "2026-05-06 09:00", "2026-05-06 11:00", 0)
		h.book(cryo, "B4", firm, "2026-05-07 09:00", "2026-05-07 11:00", 240_000) // nobody came, or no log
		head := "仪器编号,记录号,开始时间,结束时间,有效分钟,项目编号,用途"
		if got := h.csv(head, "EM-01,1,2026-05-04 08:50,2026-05-04 12:10,,,技术开发", "EM-01,2,2026-05-05 09:00,2026-05-05 11:00,90,P-7,135",
			"EM-01,3,2026-05-06 09:00,2026-05-06 10:00,,,", "EM-01,4,2026-05-08 09:00,2026-05-08 10:00,,,"); got.Taken != 4 || len(got.Bad) != 0 {
			h.Fatalf("%+v", got)
		}
		if got := h.csv(head, "EM-01,1,2026-05-04 08:50,2026-05-04 12:10,,,技术开发"); got.Taken != 0 || got.Known != 1 {
			h.Errorf("the same again: %+v", got)
		}
		all, total, err := h.Runs(h.ctx, operator, usage.Query{Owner: lab, Month: "2026-05", Page: 1})
		h.ok(err)
		var said []string
		for _, r := range all {
			said = append(said, fmt.Sprint(r.LogNo, " ", r.Booking, " ", r.Class, " ", r.Minutes, " ", r.Over, " ", r.Price))
		}
		want := "1 B1 outside 200 20 3,600.00; 2 B2 inside 90 0 200.00; 3 B3 inside 60 0 0.00; 4  open 60 0 0.00"
		if got := strings.Join(said, "; "); got != want || total != 4 {
			h.Errorf("got  %s\nwant %s", got, want)
		}
		h.shelf.asked = []usage.Asked{{Answered: true, Accepted: true, After: 2 * time.Hour}, {Answered: true, After: 4 * time.Hour}, {}}
		y, err := h.OfYear(h.ctx, operator, lab, 2026)
		h.ok(err)
		em := y.Hours[0]
		if em.Effective != 350 || em.Outside != 200 || em.Waiting != 60 || em.Sharing().String() != "57.1%" || em.Utilisation().String() != "0.4%" || y.Missing != 1 {
			h.Errorf("%+v, sharing %s, utilisation %s, missing %d", em, em.Sharing(), em.Utilisation(), y.Missing)
		}
		if y.Answers != (usage.Answers{Asked: 3, Answered: 2, Accepted: 1, Median: 3 * time.Hour}) || em.Idle || !y.Hours[1].Idle {
			h.Errorf("answers %+v, idle %v %v", y.Answers, em.Idle, y.Hours[1].Idle)
		}
		// A person says whose the run without a booking was; a related unit is no outsider.
		h.refused(h.Settle(h.ctx, operator, all[3].ID, usage.Settling{Class: usage.Outside, UserOrg: spin, Why: "对照登记本"}), "usage.related")
		h.refused(h.Settle(h.ctx, user, all[3].ID, usage.Settling{Class: usage.Void, Why: "x"}), "usage.unknown")
		h.ok(h.Settle(h.ctx, operator, all[3].ID, usage.Settling{Class: usage.Outside, UserOrg: firm, Why: "对照登记本", Price: 120_000, Direction: "136"}))
		// Ratings come from real use only.
		h.refused(h.Rate(h.ctx, stranger, all[2].ID, 5, ""), "usage.rate_outside")
		h.refused(h.Rate(h.ctx, stranger, all[0].ID, 5, ""), "usage.unknown")
		h.ok(h.Rate(h.ctx, user, all[0].ID, 5, ""))
		h.ok(h.Rate(h.ctx, user, all[3].ID, 4, "等得久"))
		y, err = h.OfYear(h.ctx, operator, lab, 2026)
		h.ok(err)
		// What everybody is told of the instrument: ratings with words but no names, and how requests were answered.
		x, err := h.StandingOf(h.ctx, cryo)
		if err != nil || x.Rating.String() != "4.5" || x.Rating.N != 2 || len(x.Says) != 1 || x.Says[0].Org != "" || x.Answers.Accepting().String() != "50.0%" || x.Answers.Median != 3*time.Hour || !x.Few() {
			h.Errorf("%+v %v", x, err)
		}
		// What a reward is counted from: hours and income from others alone, of an instrument of that owner.
		h.ok(h.d.Read(h.ctx, func(tx *db.Tx) error {
			income, minutes, known, err := h.Shared(h.ctx, tx, lab, "EM-01", 2026)
			if err != nil || !known || minutes != 260 || income != 480_000 {
				h.Errorf("shared %s in %d min, known %v, %v", income, minutes, known, err)
			}
			if _, _, known, err := h.Shared(h.ctx, tx, firm, "EM-01", 2026); known || err != nil {
				h.Errorf("the instrument is known as one of the firm's (%v)", err)
			}
			if _, minutes, known, err := h.Shared(h.ctx, tx, lab, "EM-01", 2025); !known || minutes != 0 || err != nil {
				h.Errorf("%d minutes in the year before (%v)", minutes, err)
			}
			return nil
		}))
		uses, n, err := h.Uses(h.ctx, user, firm, 1)
		h.ok(err)
		if n != 2 || uses[0].Stars != 4 || uses[0].Words != "等得久" || uses[1].Stars != 5 || uses[1].Title[1] != "Cryo-EM" {
			h.Errorf("%d uses: %+v", n, uses)
		}
		_, _, err = h.Uses(h.ctx, stranger, firm, 1)
		h.refused(err, "access.denied")
		rated, n, err := h.Ratings(h.ctx, operator, lab, 1)
		if err != nil || n != 2 || rated[0].Org != firm {
			h.Errorf("%+v %v", rated, err)
		}
		if got := y.Hours[0]; got.Outside != 260 || got.Rating != (usage.Rating{Tenths: 45, N: 2}) {
			h.Errorf("%+v", got)
		}
	})
}

func TestNoHourCountsTwiceAndEachBadCellIsNamed(t *testing.T) {
	each(t, func(h house) {
		head := "instrument,log_no,from,to,samples"
		got := h.csv(head, "EM-01,1,2026-05-04 09:00,2026-05-04 12:00,3", "EM-01,2,2026-05-04 11:59,2026-05-04 13:00,", "EM-09,3,2026-05-04 11:59,2026-05-04 13:00,",
			"EM-01,4,yesterday,2026-05-04 13:00,many", "EM-01,5,2026-06-04 09:00,2026-06-04 10:00,", "EM-01,6,2026-05-05 10:00,2026-05-05 09:00,")
		var said []string
		for _, b := range got.Bad {
			said = append(said, fmt.Sprint(b.Column, b.Row, " ", b.Err.Code))
		}
		want := "C5 usage.moment E5 usage.whole C3 usage.overlap A4 usage.no_instrument D6 usage.future D7 usage.times"
		if s := strings.Join(said, " "); s != want {
			h.Errorf("got  %s\nwant %s", s, want)
		}
		if _, n, err := h.Runs(h.ctx, operator, usage.Query{Owner: lab, Month: "2026-05", Page: 1}); n != 0 || err != nil {
			h.Errorf("%d runs are kept of a file with wrong rows (%v)", n, err)
		}
		h.csv(head, "EM-01,1,2026-05-04 09:00,2026-05-04 12:00,3")
		_, err := h.Take(h.ctx, operator, []usage.Entry{{Instrument: cryo, LogNo: "1", From: h.at("2026-05-04 09:00"), To: h.at("2026-05-04 12:30"), Samples: 3}})
		h.refused(err, "usage.log_changed")
		_, err = h.Take(h.ctx, user, []usage.Entry{{Instrument: cryo, LogNo: "9", From: h.at("2026-05-04 19:00"), To: h.at("2026-05-04 20:00")}})
		h.refused(err, "access.not_found")
	})
}

func TestADutyFreeInstrumentGivesNoOutsideHoursWithoutItsCustomsFields(t *testing.T) {
	each(t, func(h house) {
		h.book(duty, "B1", firm, "2026-05-04 09:00", "2026-05-04 12:00", 100)
		h.book(duty, "B2", lab, "2026-05-05 09:00", "2026-05-05 12:00", 100)
		take := func(no, from, to string) error {
			_, err := h.Take(h.ctx, operator, []usage.Entry{{Instrument: duty, LogNo: no, From: h.at(from), To: h.at(to)}})
			return err
		}
		h.refused(take("1", "2026-05-04 09:00", "2026-05-04 12:00"), "usage.customs")
		h.ok(take("2", "2026-05-05 09:00", "2026-05-05 12:00"))
		h.ok(take("3", "2026-05-06 09:00", "2026-05-06 12:00"))
		all, _, err := h.Runs(h.ctx, operator, usage.Query{Owner: lab, Month: "2026-05", Class: usage.Open, Page: 1})
		h.ok(err)
		h.refused(h.Settle(h.ctx, operator, all[0].ID, usage.Settling{Class: usage.Outside, UserOrg: firm, Why: "登记本"}), "usage.customs")
		h.shelf.instruments[1].Customs = true
		h.ok(take("1", "2026-05-04 09:00", "2026-05-04 12:00"))
	})
}

func TestARecordIsUnsentSentOrFailedAndFailedOnesAreTriedAgain(t *testing.T) {
	each(t, func(h house) {
		h.book(cryo, "B1", firm, "2026-05-04 09:00", "2026-05-04 12:00", 360_000)
		head := "instrument,log_no,from,to,direction"
		h.csv(head, "EM-01,1,2026-05-04 09:00,2026-05-04 12:00,", "EM-01,2,2026-05-08 09:00,2026-05-08 10:00,")
		all, err := h.Records(h.ctx, operator, lab, "2026-05", "")
		h.ok(err)
		if len(all) != 1 || strings.Join(all[0].Lacking, " ") != "serviceDirection" {
			h.Fatalf("%+v", all)
		}
		id := []unit.ID{all[0].Run.ID}
		h.refused(h.Mark(h.ctx, operator, id, true, ""), "usage.lacking")
		h.ok(h.Settle(h.ctx, operator, id[0], usage.Settling{Class: usage.Outside, Why: "补用途", Direction: "136"}))
		h.ok(h.Mark(h.ctx, operator, id, false, "203 格式不符"))
		h.refused(h.Mark(h.ctx, user, id, true, ""), "usage.unknown")
		failed, err := h.Records(h.ctx, operator, lab, "2026-05", "failed")
		h.ok(err)
		if len(failed) != 1 || failed[0].Run.Problem != "203 格式不符" || failed[0].Run.Tries != 1 {
			h.Errorf("%+v", failed)
		}
		h.ok(h.Retry(h.ctx, operator, id))
		all, err = h.Records(h.ctx, operator, lab, "2026-05", "")
		h.ok(err)
		want := string(id[0]) + "|N310001|EM-01|3600.00|3.0|2026-05-04 09|2026-05-04 12|冷冻电镜|1|1||" + firm + "|130|136"
		if got := strings.Join(all[0].Cells, "|"); got != want {
			h.Errorf("got  %s\nwant %s", got, want)
		}
		h.ok(h.Mark(h.ctx, operator, id, true, ""))
		h.refused(h.Retry(h.ctx, operator, id), "usage.not_failed")
		h.refused(h.Settle(h.ctx, operator, id[0], usage.Settling{Class: usage.Void, Why: "x"}), "usage.reported")
	})
}

func TestAMonthIsChargedOnceInvoicedAndPaidByWhatCameIn(t *testing.T) {
	each(t, func(h house) {
		h.book(cryo, "B1", firm, "2026-05-04 09:00", "2026-05-04 12:00", 360_000)
		h.book(cryo, "B2", firm, "2026-05-05 09:00", "2026-05-05 12:00", 40_000)
		h.book(cryo, "B3", lab, "2026-05-06 09:00", "2026-05-06 12:00", 30_000)
		h.csv("instrument,log_no,from,to,project", "EM-01,1,2026-05-04 09:00,2026-05-04 12:00,", "EM-01,2,2026-05-05 09:00,2026-05-05 12:00,", "EM-01,3,2026-05-06 09:00,2026-05-06 12:00,P-7")
		_, err := h.MakeSheets(h.ctx, operator, lab, "2026-06")
		h.refused(err, "usage.month_not_over")
		made, err := h.MakeSheets(h.ctx, operator, lab, "2026-05")
		h.ok(err)
		var said []string
		for _, x := range made {
			said = append(said, fmt.Sprint(x.No, " ", x.Payer, " ", x.Project, " ", x.Total))
		}
		if got, want := strings.Join(said, "; "), "2026-05-0001 "+lab+" P-7 300.00; 2026-05-0002 "+firm+"  4,000.00"; got != want {
			h.Fatalf("got  %s\nwant %s", got, want)
		}
		if again, err := h.MakeSheets(h.ctx, operator, lab, "2026-05"); len(again) != 0 || err != nil {
			h.Errorf("charged twice: %+v %v", again, err)
		}
		inside, bill := made[0].ID, made[1].ID
		if bills, n, err := h.Bills(h.ctx, user, firm, 1); err != nil || n != 1 || bills[0].ID != bill {
			h.Errorf("the firm finds %+v (%v)", bills, err)
		}
		if bills, n, err := h.Bills(h.ctx, operator, firm, 1); fault.CodeOf(err) != "access.denied" {
			h.Errorf("the laboratory reads %d bills of the firm: %+v (%v)", n, bills, err)
		}
		seen, err := h.Sheet(h.ctx, user, bill)
		if err != nil || len(seen.Runs) != 2 {
			h.Errorf("the firm sees %d runs (%v)", len(seen.Runs), err)
		}
		_, err = h.Sheet(h.ctx, user, inside)
		h.refused(err, "usage.unknown")
		h.refused(h.Settle(h.ctx, operator, seen.Runs[0].ID, usage.Settling{Class: usage.Void, Why: "x"}), "usage.charged")
		h.ok(h.AskInvoice(h.ctx, user, bill, "电池公司"))
		h.refused(h.Invoiced(h.ctx, user, bill, "042"), "access.not_found")
		h.ok(h.Invoiced(h.ctx, operator, bill, "042"))
		first, err := h.Receive(h.ctx, operator, usage.Receipt{Owner: lab, Day: unit.Date(2026, 6, 1), Payer: "电池公司", Ref: "T1", Amount: 150_000})
		h.ok(err)
		if same, err := h.Receive(h.ctx, operator, usage.Receipt{Owner: lab, Day: unit.Date(2026, 6, 1), Payer: "电池公司", Ref: "T1", Amount: 150_000}); err != nil || same.ID != first.ID {
			h.Errorf("entered twice: %v %v", same, err)
		}
		rest, err := h.Receive(h.ctx, operator, usage.Receipt{Owner: lab, Day: unit.Date(2026, 6, 2), Payer: "电池公司", Ref: "T2", Amount: 300_000})
		h.ok(err)
		for _, x := range []struct {
			receipt unit.ID
			paid    unit.Fen
			code    string
		}{{first.ID, 150_000, ""}, {first.ID, 0, "usage.receipt_spent"}, {rest.ID, 250_000, ""}, {rest.ID, 0, "usage.sheet_state"}} {
			paid, err := h.Claim(h.ctx, operator, x.receipt, bill)
			if h.refused(err, x.code); err == nil && paid != x.paid {
				h.Errorf("%s claimed, want %s", paid, x.paid)
			}
		}
		moved, err := h.Move(h.ctx, operator, lab, "2026-05")
		h.ok(err)
		if len(moved) != 1 || moved[0].State != "moved" || moved[0].Project != "P-7" {
			h.Errorf("%+v", moved)
		}
		all, err := h.Sheets(h.ctx, operator, lab, "2026-05")
		h.ok(err)
		if all[0].State != "moved" || all[1].State != "paid" || all[1].Left() != 0 {
			h.Errorf("%+v", all)
		}
		left, err := h.Receipts(h.ctx, operator, lab, true)
		h.ok(err)
		if len(left) != 1 || left[0].Left != 50_000 {
			h.Errorf("%+v", left)
		}
	})
}

func TestSamplesGoFromTheirDeclarationToTheirEndAndResultsExpire(t *testing.T) {
	each(t, func(h house) {
		_, err := h.Declare(h.ctx, user, usage.Samples{Instrument: cryo, Org: firm, What: "隔膜", Count: 3, Hazards: []string{"hot"}})
		h.refused(err, "usage.hazard")
		h.book(cryo, "B1", firm, "2026-06-04 09:00", "2026-06-04 12:00", 360_000)
		_, err = h.Declare(h.ctx, stranger, usage.Samples{Instrument: cryo, Org: spin, Booking: "B1", What: "隔膜", Count: 3})
		h.refused(err, "usage.unknown")
		_, err = h.Declare(h.ctx, user, usage.Samples{Instrument: duty, Org: firm, What: "隔膜", Count: 3})
		h.refused(err, "usage.customs")
		x, err := h.Declare(h.ctx, user, usage.Samples{Instrument: cryo, Org: firm, Booking: "B1", What: "隔膜", Count: 3, Hazards: []string{"flammable"}})
		h.ok(err)
		step := func(who access.Actor, to usage.SampleState, n int, note, code string) {
			h.Helper()
			_, err := h.Step(h.ctx, who, x.ID, to, n, note)
			h.refused(err, code)
		}
		_, err = h.Deliver(h.ctx, operator, x.ID, "report", "r.txt", strings.NewReader("r"))
		h.refused(err, "usage.sample_state")
		step(user, usage.Received, 3, "", "access.not_found")
		step(stranger, usage.Received, 3, "", "usage.unknown")
		step(operator, usage.Stored, 3, "", "usage.sample_state")
		step(operator, usage.Received, 2, "", "usage.sample_count")
		step(operator, usage.Received, 2, "一件破损", "")
		r, err := h.Deliver(h.ctx, operator, x.ID, "report", "report.txt", strings.NewReader("孔径 40 nm"))
		h.ok(err)
		step(operator, usage.Destroyed, 2, "", "")
		step(operator, usage.Returned, 2, "", "usage.sample_state")
		_, content, err := h.TakeResult(h.ctx, user, x.ID, r.ID)
		if h.ok(err); !bytes.Equal(content, []byte("孔径 40 nm")) {
			h.Errorf("%q", content)
		}
		_, _, err = h.TakeResult(h.ctx, stranger, x.ID, r.ID)
		h.refused(err, "usage.unknown")
		*h.now = r.Until
		_, _, err = h.TakeResult(h.ctx, user, x.ID, r.ID)
		h.refused(err, "usage.result_over")
		seen, err := h.SamplesOf(h.ctx, user, x.ID)
		if err != nil || len(seen.Steps) != 3 || seen.Steps[1].Count != 2 || seen.Results[0].Digest == "" || seen.Title[1] != "Cryo-EM" {
			h.Errorf("%+v %v", seen, err)
		}
		// Who took it is kept; who was refused took nothing.
		if got := seen.Results[0].Taken; len(got) != 1 || got[0].Org != firm || got[0].Person != user.Person {
			h.Errorf("taken by %+v", got)
		}
		for _, q := range []struct {
			who  access.Actor
			q    usage.SampleQuery
			n    int
			code string
		}{{user, usage.SampleQuery{Org: firm, Page: 1}, 1, ""}, {operator, usage.SampleQuery{Org: lab, Lab: true, State: usage.Destroyed}, 1, ""}, {operator, usage.SampleQuery{Org: lab, Lab: true, State: usage.Stored}, 0, ""},
			{operator, usage.SampleQuery{Org: lab, Lab: true, Booking: "B1", Page: 1}, 1, ""}, {stranger, usage.SampleQuery{Org: spin, Page: 1}, 0, ""}, {stranger, usage.SampleQuery{Org: firm, Page: 1}, 0, "access.denied"}} {
			all, n, err := h.ListSamples(h.ctx, q.who, q.q)
			if h.refused(err, q.code); len(all) != q.n || n != q.n {
				h.Errorf("%+v: %d of %d samples, want %d", q.q, len(all), n, q.n)
			}
		}
	})
}

func TestALargeLogIsCheckedAsAWholeAndWrittenInParts(t *testing.T) {
	each(t, func(h house) {
		const runs = 6_000
		first := h.at("2024-01-01 00:00")
		lines := []string{"instrument,log_no,from,to"}
		for k := range runs {
			at := first.Add(time.Duration(k) * 2 * time.Hour)
			lines = append(lines, fmt.Sprintf("EM-01,%d,%s,%s", k, at.Format(time.RFC3339), at.Add(time.Hour).Format(time.RFC3339)))
		}
		take := func(partial, dry bool, more ...string) (usage.Imported, string) {
			t.Helper()
			var went []string
			out, err := h.Import(h.ctx, operator, usage.Import{Owner: lab, Name: "runs.csv", Partial: partial, Dry: dry, File: strings.NewReader(strings.Join(append(slices.Clone(lines), more...), "\n")),
				Progress: func(writing bool, done, total int) {
					if done == total {
						went = append(went, fmt.Sprint(writing, " ", total))
					}
				}})
			h.ok(err)
			return out, strings.Join(went, ", ")
		}
		// One row overlaps a row far from it in the file, one has the number of another: neither part would see it by itself.
		wrong := []string{"EM-01,x," + first.Add(30*time.Minute).Format(time.RFC3339) + "," + first.Add(90*time.Minute).Format(time.RFC3339), "EM-01,7," + first.Add(-3*time.Hour).Format(time.RFC3339) + "," + first.Add(-2*time.Hour).Format(time.RFC3339), "EM-77,1,2024-01-01 00:00,2024-01-01 01:00"}
		out, went := take(false, false, wrong...)
		var said []string
		for _, b := range out.Bad {
			said = append(said, fmt.Sprint(b.Column, b.Row, " ", b.Err.Code))
		}
		if got, want := strings.Join(said, ", "), "C6002 usage.overlap, B6003 usage.log_changed, A6004 usage.no_instrument"; got != want || went != "false 6003" {
			h.Errorf("got %s after %s\nwant %s", got, went, want)
		}
		if _, n, err := h.Runs(h.ctx, operator, usage.Query{Owner: lab, Month: "2024-01", Page: 1}); n != 0 || err != nil {
			h.Errorf("%d runs are kept of a file with wrong rows (%v)", n, err)
		}
		if out, went = take(true, false, wrong...); out.Taken != runs || len(out.Bad) != 3 || went != "false 6003, true 6003" {
			h.Errorf("%d taken, %d bad, %s", out.Taken, len(out.Bad), went)
		}
		// The same file again, as after a program that died on the way: what is there is passed over.
		if out, _ = take(false, false); out.Taken != 0 || out.Known != runs {
			h.Errorf("again: %d taken, %d known", out.Taken, out.Known)
		}
	})
}
