package registry

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Person is somebody who acts for an organisation or stands behind it. Identity is taken in and never given back: only
// its keyed digest is kept, so that one person is recognised in two firms.
type Person struct {
	ID        unit.ID
	Name      string // "" when erased
	Email     string
	Phone     string
	Account   unit.ID // of the person in access, "" for somebody who does not sign in here
	Identity  string  // number of an identity document, when it is entered
	Synthetic bool
	Made      time.Time
	Changed   time.Time
	Erased    time.Time

	digest string // of the identity number
}

// AddPerson enters a person for an organisation, in the caller's act. A person whose identity number is known already is
// that person: only the id is returned.
func (r *Registry) AddPerson(ctx context.Context, tx *db.Tx, who access.Actor, org string, p Person) (Person, error) {
	o, mandate, err := r.forPeople(ctx, tx, who, org)
	if err != nil {
		return p, err
	}
	if err := r.checkPerson(&p); err != nil {
		return p, err
	}
	if p.digest != "" {
		old, err := selectPersonByIdentity(ctx, tx, p.digest)
		if err == nil || !db.NoRows(err) {
			return Person{ID: old.ID}, err // whoever knows the number does not thereby learn the contacts
		}
	}
	p.ID, p.Made, p.Changed = unit.NewID(tx.Now()), tx.Now(), tx.Now()
	if err := insertPerson(ctx, tx, p); err != nil {
		return p, fmt.Errorf("person of %s: %w", o.Code, err)
	}
	p.Identity = ""
	return p, r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.person", Object: "person/" + string(p.ID), Region: o.Region, Mandate: mandate})
}

// checkPerson refuses what cannot be a person, and turns the identity number into its digest.
func (r *Registry) checkPerson(p *Person) error {
	p.Name, p.Phone = strings.TrimSpace(p.Name), strings.TrimSpace(p.Phone)
	if n := len([]rune(p.Name)); n == 0 || n > nameMax {
		return fault.New(fault.Invalid, "registry.person_name", "most", nameMax).On("name")
	}
	if p.Email != "" {
		a, err := mail.ParseAddress(p.Email)
		if err != nil || a.Address != p.Email || len(p.Email) > nameMax {
			return fault.New(fault.Invalid, "registry.email").On("email")
		}
		p.Email = strings.ToLower(p.Email)
	}
	if len(p.Phone) > 30 || strings.Trim(p.Phone, "+-() 0123456789") != "" {
		return fault.New(fault.Invalid, "registry.phone").On("phone")
	}
	p.digest = ""
	if p.Identity == "" {
		return nil
	}
	if len(r.c.IdentityKey) == 0 {
		return fault.New(fault.Unavailable, "registry.identity_key").On("identity")
	}
	number := strings.ToUpper(plain(p.Identity))
	if len(number) < 6 || len(number) > 40 {
		return fault.New(fault.Invalid, "registry.identity").On("identity")
	}
	m := hmac.New(sha256.New, r.c.IdentityKey)
	m.Write([]byte("corridor/registry/identity/1\n" + number))
	p.digest = hex.EncodeToString(m.Sum(nil))
	return nil
}

// Person finds a person. It is for those who keep the person's organisations, the node's administrator and the person.
func (r *Registry) Person(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Person, error) {
	p, _, _, err := r.forPerson(ctx, tx, who, id, access.PersonRead)
	return p, err
}

// MayEditPerson says whether the actor may correct and erase a person.
func (r *Registry) MayEditPerson(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (bool, error) {
	_, _, _, err := r.forPerson(ctx, tx, who, id, access.PersonEdit)
	if fault.KindOf(err) == fault.Internal {
		return false, err
	}
	return err == nil, nil
}

// CorrectPerson sets a person's name, contacts and account, in the caller's act. Personal data are corrected in place;
// the journal says that and by whom, not what. An identity number that is given replaces the digest.
func (r *Registry) CorrectPerson(ctx context.Context, tx *db.Tx, who access.Actor, p Person) (Person, error) {
	old, o, mandate, err := r.forPerson(ctx, tx, who, p.ID, access.PersonEdit)
	if err != nil {
		return old, err
	}
	if !old.Erased.IsZero() {
		return old, fault.New(fault.Gone, "registry.erased")
	}
	if err := r.checkPerson(&p); err != nil {
		return old, err
	}
	if p.digest == "" {
		p.digest = old.digest
	} else if other, err := selectPersonByIdentity(ctx, tx, p.digest); err == nil && other.ID != p.ID {
		return old, fault.New(fault.Conflict, "registry.identity_taken").On("identity")
	} else if err != nil && !db.NoRows(err) {
		return old, err
	}
	p.Identity, p.Synthetic, p.Made, p.Changed = "", old.Synthetic, old.Made, tx.Now()
	if err := updatePerson(ctx, tx, p); err != nil {
		return old, fmt.Errorf("correct person %s: %w", p.ID, err)
	}
	return p, r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.person_correct", Object: "person/" + string(p.ID), Region: o.Region, Mandate: mandate})
}

// forPeople finds an organisation and asks for the permission to enter its people: an officer of its region or its
// administrator.
func (r *Registry) forPeople(ctx context.Context, tx *db.Tx, who access.Actor, org string) (Org, string, error) {
	o, err := r.stateOn(ctx, tx, org, r.Today(tx))
	if err != nil {
		return o, "", err
	}
	mandate, _, err := mayDeclare(who, o.Region, o.Code)
	return o, mandate, err
}

// forPerson finds a person and asks for a permission, as the person, over one of the person's organisations, or over the
// node. Who may not is told that there is no such person.
func (r *Registry) forPerson(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, p access.Permission) (Person, Org, string, error) {
	none := fault.New(fault.NotFound, "registry.no_person")
	if !who.System() {
		if err := access.MaySomewhere(who, p); err != nil {
			return Person{}, Org{}, "", err
		}
	}
	person, err := selectPerson(ctx, tx, string(id))
	if db.NoRows(err) {
		return person, Org{}, "", none
	}
	if err != nil {
		return person, Org{}, "", fmt.Errorf("person %s: %w", id, err)
	}
	if who.System() {
		return person, Org{}, "", nil
	}
	orgs, err := selectOrgsOfPerson(ctx, tx, string(id))
	if err != nil {
		return person, Org{}, "", fmt.Errorf("organisations of person %s: %w", id, err)
	}
	for _, code := range append([]string{""}, orgs...) {
		var o Org
		if code != "" {
			if o, err = r.stateOn(ctx, tx, code, r.Today(tx)); err != nil {
				return person, o, "", err
			}
		}
		mandate, err := access.Mandate(who, p, access.Scope{Person: person.Account, Org: code, Region: o.Region})
		if err == nil {
			return person, o, mandate, nil
		}
	}
	return Person{}, Org{}, "", none
}
