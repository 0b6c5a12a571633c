package web

import (
	"fmt"
	"slices"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/booking"
	"corridor/internal/fault"
	"corridor/internal/settlement/statement"
	"corridor/internal/unit"
)

// What waits for somebody beyond cases, tasks and documents: each desk's own matters, as the page that does them lists them. A
// matter without an object of its own to open is one line that says how many there are.

// orgsShown is of how many organisations of one person the home page looks for what waits.
const orgsShown = 3

// waitingBookings are the requests that wait for the answer of a laboratory.
func (v *visit) waitingBookings() (out []waiting, err error) {
	if v.s.c.Bookings == nil {
		return nil, nil
	}
	orgs := access.ReachOf(v.who, access.BookingManage).Orgs
	for _, org := range orgs[:min(len(orgs), orgsShown)] {
		_, asked, err := v.s.c.Bookings.Day(v.ctx(), v.who, org, unit.DayOf(v.now(), beijing))
		if err != nil {
			return nil, err
		}
		for _, x := range asked {
			out = append(out, v.waitingBooking(x, v.t("答复预约", "answer the request")))
		}
	}
	return out[:min(len(out), waitingShown)], nil
}

// waitingOffers are the slots that came free and are kept for this person for a while.
func (v *visit) waitingOffers() (out []waiting, err error) {
	all, err := v.ourBookings()
	for _, x := range all {
		if x.Can("accept") {
			out = append(out, v.waitingBooking(x, v.t("接受或放弃这个时段", "take the slot, or let it go")))
		}
	}
	return out[:min(len(out), waitingShown)], err
}

// ourBookings are the first page of bookings of each organisation for which this person books; none on a node without calendars.
func (v *visit) ourBookings() (out []booking.Seen, err error) {
	if v.s.c.Bookings == nil {
		return nil, nil
	}
	orgs := access.ReachOf(v.who, access.BookingCreate).Orgs
	for _, org := range orgs[:min(len(orgs), orgsShown)] {
		all, _, err := v.s.c.Bookings.Mine(v.ctx(), v.who, booking.Query{Org: org, Page: 1})
		if err != nil {
			return nil, err
		}
		out = append(out, all...)
	}
	return out, nil
}

func (v *visit) waitingBooking(x booking.Seen, do string) waiting {
	w := waiting{Path: "/bookings/" + string(x.ID), What: x.Inst.Title.In(v.lang), Note: x.Span.Words(x.Inst.Location()), Do: do, Due: x.Until}
	if name := x.OrgName.In(v.lang); name != "" {
		w.Note += " · " + name
	}
	w.Late = !w.Due.IsZero() && !v.now().Before(w.Due)
	return w
}

// waitingListings are the listings that wait for this desk to publish them.
func (v *visit) waitingListings() (out []waiting, err error) {
	reach, n := access.ReachOf(v.who, access.ListingPublish), 0
	var asks []catalogue.Query
	for _, org := range reach.Orgs[:min(len(reach.Orgs), orgsShown)] {
		asks = append(asks, catalogue.Query{Owner: org, State: catalogue.Review})
	}
	for _, region := range reach.Regions {
		asks = append(asks, catalogue.Query{Region: region, State: catalogue.Review})
	}
	for _, q := range asks {
		found, err := v.s.c.Catalogue.CountIn(v.ctx(), v.who, q)
		if err != nil {
			return nil, err
		}
		n += found
	}
	return v.waitingMany(n, "/listings/desk?state="+string(catalogue.Review), v.t("资源审核", "Listings"), v.t(" 条待审核发布", " to be reviewed and published")), nil
}

// waitingMoney are the payment lists that somebody else closed and this desk may release, and the accounts to confirm.
func (v *visit) waitingMoney() (out []waiting, err error) {
	d := v.s.c.Payments
	if d == nil || access.MaySomewhere(v.who, access.PaymentRead) != nil { // a bank gives answers, it releases nothing
		return nil, nil
	}
	lists, _, err := d.Lists(v.ctx(), v.who, "closed", "", 1)
	if err != nil {
		return nil, err
	}
	for _, l := range lists[:min(len(lists), waitingShown)] {
		if l.MadeBy != v.who.Person {
			out = append(out, waiting{Path: "/payments/lists/" + string(l.ID), What: v.t("付款清单 ", "Payment list ") + l.No, Note: fault.Count(l.Payments, "笔，", "payment, ", "payments, ").In(v.lang) + l.Total.String() + v.t(" 元", " yuan"), Do: v.t("核对签发", "check and release")})
		}
	}
	accounts, err := d.Accounts(v.ctx(), v.who)
	n := 0
	for _, a := range accounts {
		if a.State == "given" && a.GivenBy != v.who.Person {
			n++
		}
	}
	return append(out, v.waitingMany(n, "/payees", v.t("收款账户", "Accounts of payees"), v.t(" 个待核对", " to be confirmed"))...), err
}

// waitingStatements are the statements that this side has not signed, and the months that nobody closed.
func (v *visit) waitingStatements() (out []waiting, err error) {
	d := v.s.c.Statements
	if d == nil || access.May(v.who, access.StatementSign, access.Scope{Region: unit.Region(v.s.c.Node.Code)}) != nil { // a city signs nothing for its province
		return nil, nil
	}
	all, _, err := d.Statements(v.ctx(), v.who, statement.Query{State: statement.Compared, Page: 1})
	if err != nil {
		return nil, err
	}
	for _, s := range all[:min(len(all), waitingShown)] {
		mine := s.Side(v.s.c.Node.Code)
		if slices.ContainsFunc(s.Signatures, func(x statement.Signature) bool { return x.Side == mine }) || s.MadeBy == v.who.Person {
			continue
		}
		out = append(out, waiting{Path: "/statements/" + s.ID, What: v.t("对账单 ", "Statement ") + s.Period, Note: placeName(unit.Region(s.Payer)).In(v.lang) + " → " + placeName(unit.Region(s.Host)).In(v.lang), Do: v.t("核对签署", "compare and sign")})
	}
	open, err := d.OpenMonths(v.ctx(), v.who)
	return append(out, v.waitingMany(open, "/statements#h-open", v.t("对账单", "Statements"), " "+fault.Counted(open, "个月份可以关账", "month can be closed", "months can be closed").In(v.lang))...), err
}

// waitingRecognitions are the entries that a colleague proposed.
func (v *visit) waitingRecognitions() (out []waiting, err error) {
	all, err := v.s.c.Federation.Recognitions(v.ctx(), v.who)
	n := 0
	for _, r := range all {
		if r.State == "proposed" && r.Proposer != v.who.Person {
			n++
		}
	}
	return v.waitingMany(n, "/recognised", v.t("互认清单", "What is recognised"), v.t(" 项待批准", " to be decided")), err
}

// waitingLabels are the labels that a colleague asks to enter or revoke.
func (v *visit) waitingLabels() (out []waiting, err error) {
	all, err := v.s.c.Registry.LabelBatches(v.ctx(), v.who)
	n := 0
	for _, b := range all {
		if !b.Own {
			n += b.Rows
		}
	}
	return v.waitingMany(n, "/labels", v.t("资质登记", "Labels"), v.t(" 项待第二人决定", " to be decided by a second officer")), err
}

// waitingEditions are the editions of schemes that a colleague proposed.
func (v *visit) waitingEditions() (out []waiting, err error) {
	all, err := v.s.c.Cases.Editions(v.ctx(), v.who)
	for _, e := range all {
		if e.State == casework.Proposed && e.Proposed.Person != v.who.Person && len(out) < waitingShown {
			out = append(out, waiting{Path: "/editions/" + string(e.ID), What: e.Title.In(v.lang) + " " + e.Edition, Note: e.Proposed.Name, Do: v.t("核对并决定", "check and decide")})
		}
	}
	return out, err
}

func (v *visit) waitingMany(n int, path, what, words string) []waiting {
	if n == 0 {
		return nil
	}
	return []waiting{{Path: path, What: what, Do: fmt.Sprint(n, words)}}
}

// withOthers are the open cases of this person's organisations that are in somebody else's hands, the latest change first.
func (v *visit) withOthers(mine []waiting) (out []casework.Case, err error) {
	orgs := access.ReachOf(v.who, access.CaseCreate).Orgs
	if len(orgs) == 0 {
		return nil, nil
	}
	all, _, err := v.s.c.Cases.List(v.ctx(), v.who, casework.Filter{Orgs: orgs, Page: 1})
	for _, c := range all {
		waits := slices.ContainsFunc(mine, func(w waiting) bool { return w.Path == "/cases/"+string(c.ID) })
		if c.End == "" && !waits && len(out) < waitingShown {
			out = append(out, c)
		}
	}
	return out, err
}
