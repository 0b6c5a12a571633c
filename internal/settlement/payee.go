package settlement

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// Account is where an organisation is paid, as it says itself. A desk confirms it, never the person who gave it.
type Account struct {
	ID          unit.ID
	Org         string
	Region      unit.Region
	Holder      string // in whose name it stands at the bank
	Bank        string
	Number      string // digits
	State       string // given, confirmed, refused
	GivenBy     unit.ID
	GivenName   string
	GivenAt     time.Time
	DecidedBy   unit.ID
	DecidedName string
	DecidedAt   time.Time
	Reason      string
}

// GiveAccount says where an organisation wants to be paid from now on. It takes effect when a desk has confirmed it.
func (d *Desk) GiveAccount(ctx context.Context, who access.Actor, a Account) (Account, error) {
	if err := access.May(who, access.PayeeEdit, access.Scope{Org: a.Org}); err != nil {
		return a, err
	}
	a.Holder, a.Bank, a.Number = strings.TrimSpace(a.Holder), strings.TrimSpace(a.Bank), digitsOf(strings.TrimSpace(a.Number))
	var wrong fault.Many
	for field, text := range map[string]string{"holder": a.Holder, "bank": a.Bank} {
		if text == "" || len([]rune(text)) > holderMax || strings.ContainsAny(text, "\r\n\t") {
			wrong = append(wrong, fault.New(fault.Invalid, "settlement.text", "most", holderMax).On(field))
		}
	}
	if !d.plausible(a.Number) {
		wrong = append(wrong, fault.New(fault.Invalid, "settlement.account_form", "account", a.Number).On("account"))
	}
	if len(wrong) > 0 {
		return a, wrong
	}
	err := d.c.DB.Act(ctx, func(tx *db.Tx) error {
		a.ID, a.State, a.GivenBy, a.GivenName, a.GivenAt = unit.NewID(tx.Now()), "given", who.Person, who.Name, tx.Now()
		if err := insertAccount(ctx, tx, a); err != nil {
			return fmt.Errorf("account of %s: %w", a.Org, err)
		}
		desks, err := selectDesksOf(ctx, tx, a.Org)
		if err != nil {
			return err
		}
		for _, desk := range desks {
			if err := d.tell(ctx, tx, notice.Notice{Kind: "payee.given", Object: "payee/" + string(a.ID), Path: "/payees", Org: a.Org,
				To:    notice.Audience{Role: desk.desk, Region: desk.region},
				Title: fault.Words{"收款账户待核对：" + a.Org, "An account waits to be confirmed: " + a.Org}, Key: "payee/" + string(a.ID) + "/" + string(desk.region)}); err != nil {
				return err
			}
		}
		return d.record(ctx, tx, who, "payee.give", "org/"+a.Org, string(a.ID))
	})
	return a, err
}

// DecideAccount confirms or refuses what an organisation gave; a refusal says why.
func (d *Desk) DecideAccount(ctx context.Context, who access.Actor, id unit.ID, confirm bool, reason string) (a Account, err error) {
	if err := access.MaySomewhere(who, access.PaymentManage); err != nil {
		return a, err
	}
	reason = strings.TrimSpace(reason)
	switch {
	case !confirm && reason == "":
		return a, fault.New(fault.Invalid, "settlement.reason_missing").On("reason")
	case len([]rune(reason)) > reasonMax:
		return a, fault.New(fault.Invalid, "settlement.text", "most", reasonMax).On("reason")
	}
	err = d.c.DB.Act(ctx, func(tx *db.Tx) error {
		seen, err := d.payees(ctx, tx, who, access.PaymentManage)
		if err != nil {
			return err
		}
		a, err = selectAccount(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case !seen(a.Org):
			return fault.New(fault.NotFound, "settlement.unknown")
		case a.State != "given":
			return fault.New(fault.Conflict, "settlement.account_decided", "who", a.DecidedName)
		case a.GivenBy == who.Person:
			return fault.New(fault.Denied, "settlement.own_account")
		}
		a.State, a.DecidedBy, a.DecidedName, a.DecidedAt, a.Reason = "confirmed", who.Person, who.Name, tx.Now(), reason
		title := fault.Words{"收款账户已核对，将按它付款", "Your account has been confirmed; payments go there"}
		if !confirm {
			a.State = "refused"
			title = fault.Words{"收款账户未通过核对，请更正", "Your account was not confirmed; correct it"}
		}
		if err := updateAccount(ctx, tx, a); err != nil {
			return err
		}
		n := notice.Notice{Kind: "payee.decided", Object: "payee/" + string(id), Path: "/payees", Org: a.Org, To: notice.Audience{Org: a.Org}, Title: title, Key: "payee/" + string(id) + "/" + a.State}
		if reason != "" {
			n.Text = fault.Words{reason, reason}
		}
		if err := d.tell(ctx, tx, n); err != nil {
			return err
		}
		return d.record(ctx, tx, who, "payee."+a.State, "org/"+a.Org, string(id))
	})
	return a, err
}

// payees says whose accounts the actor may see by a desk: of everybody who keeps the node's own treasury; of others, of
// those whom their treasuries pay or have paid.
func (d *Desk) payees(ctx context.Context, tx *db.Tx, who access.Actor, p access.Permission) (func(org string) bool, error) {
	kept, err := d.kept(ctx, tx, who, p)
	if err != nil {
		return nil, err
	}
	if ownAmong(kept) {
		return func(string) bool { return true }, nil
	}
	paid, err := selectPayeesOf(ctx, tx, kept)
	if err != nil {
		return nil, err
	}
	due, err := d.c.Cases.Due(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	for _, x := range due {
		if _, mine := treasuryOf(kept, x.Out); mine {
			paid = append(paid, x.Payee)
		}
	}
	return func(org string) bool { return slices.Contains(paid, org) }, nil
}

// Accounts lists the accounts that the actor may see: a desk those of its payees, those to be decided first; an
// organisation's people its own, the newest first.
func (d *Desk) Accounts(ctx context.Context, who access.Actor) (out []Account, err error) {
	desk := access.MaySomewhere(who, access.PaymentRead) == nil
	orgs := access.ReachOf(who, access.PayeeEdit).Orgs
	if !desk && len(orgs) == 0 {
		return nil, access.MaySomewhere(who, access.PayeeEdit)
	}
	err = d.c.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		mine := func(string) bool { return false }
		if desk {
			if mine, err = d.payees(ctx, tx, who, access.PaymentRead); err != nil && len(orgs) == 0 {
				return err
			} else if err != nil {
				mine = func(string) bool { return false }
			}
		}
		all, err := selectAccounts(ctx, tx, desk, orgs)
		for _, a := range all {
			if mine(a.Org) || slices.Contains(orgs, a.Org) {
				out = append(out, a)
			}
		}
		return err
	})
	return out, err
}

// target is where a payment goes: the newest confirmed account of the payee, else what was filled in with the case.
type target struct {
	bank, number string
	from         string // "case", or the id of the account
	confirmed    time.Time
}

// targetOf finds the account of a payment and says what stands in its way.
func (d *Desk) targetOf(ctx context.Context, tx *db.Tx, due Due) (t target, problem *fault.Error, err error) {
	a, found, err := selectConfirmed(ctx, tx, due.Payee)
	if err != nil {
		return t, nil, err
	}
	switch {
	case found:
		t = target{bank: a.Bank, number: a.Number, from: string(a.ID), confirmed: a.DecidedAt}
	case due.Given == "":
		return t, fault.New(fault.Conflict, "settlement.account_missing", "case", due.No, "payee", due.PayeeName), nil
	default:
		t.bank, t.number = splitAccount(due.Given)
		t.from = "case"
	}
	if !d.plausible(t.number) {
		return t, fault.New(fault.Conflict, "settlement.account_form", "account", t.number), nil
	}
	back, err := selectReturnedAt(ctx, tx, due.Payee, t.number)
	if err != nil {
		return t, nil, err
	}
	if !back.IsZero() && !back.Before(t.confirmed) {
		return t, fault.New(fault.Conflict, "settlement.account_returned", "case", due.No, "account", t.number), nil
	}
	return t, nil, nil
}
