package federation

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gowebpki/jcs"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// A credential is a certificate that a person holds: a talent label, a trained operator, a technology manager. The leaf says what it is,
// by whom and for which days, and of the person only a salted commitment. Name, number and title are in the file that the person
// holds, with the salt that opens the commitment. Who has the file decides who reads it; when the certificate is withdrawn the leaf is,
// and the personal part is erased at its node.

const (
	credentialKind    = "person.certificate"
	credentialSalt    = 32
	credentialNameMax = 80 // characters of a name, a number, a level
	credentialHintMax = 8  // characters: the last of a document's number
	credentialsMax    = 5000
)

// Credential is a person's certificate as its issuer keeps it.
type Credential struct {
	ID      unit.ID
	Account unit.ID // of the holder at this node; "" for none
	Name    string  // "" once it was withdrawn, as No, Hint and Title
	No      string
	Hint    string
	Kind    string
	Level   string
	Title   fault.Words
	Issuer  string
	Since   unit.Day
	Until   unit.Day // last day; no day is without end
	Leaf    unit.ID
	By      string
	At      time.Time
	Ended   time.Time // zero while it holds
	Reason  string

	salt []byte
}

// holderPart is what is in the file alone; its JSON, canonical, is what the commitment is made of.
type holderPart struct {
	Name  string      `json:"name"`
	No    string      `json:"no"`
	Hint  string      `json:"hint"`
	Title fault.Words `json:"title"`
}

func (h holderPart) text() ([]byte, error) {
	b, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	return jcs.Transform(b)
}

// commitment is what stands in a leaf for a text that is not public, of one kind: "person", "disclosure".
func commitment(kind string, salt, text []byte) string {
	sum := sha256.New()
	sum.Write([]byte("corridor/" + kind + "/1\n"))
	sum.Write(salt)
	sum.Write(text)
	return "sha256:" + base64.StdEncoding.EncodeToString(sum.Sum(nil))
}

// credentialFields is the layout of the leaf's fields.
type credentialFields struct {
	Kind   string   `json:"label"`
	Level  string   `json:"level"`
	Issuer string   `json:"issuer"`
	Since  unit.Day `json:"since"`
	Until  unit.Day `json:"until"`
	Holder string   `json:"holder"`
}

func (c *Credential) check() error {
	bad := func(field string) error { return fault.New(fault.Invalid, "federation.credential").On(field) }
	for _, s := range []*string{&c.Name, &c.No, &c.Hint, &c.Kind, &c.Level, &c.Issuer, &c.Title[0], &c.Title[1]} {
		*s = strings.TrimSpace(*s)
	}
	line := func(s string, most int) bool {
		return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, unicode.IsControl)
	}
	switch {
	case c.Name == "" || !line(c.Name, credentialNameMax):
		return bad("name")
	case c.No == "" || !line(c.No, credentialNameMax):
		return bad("no")
	case !line(c.Hint, credentialHintMax):
		return bad("hint")
	case c.Kind == "" || len(c.Kind) > recognitionListMax || strings.Trim(c.Kind, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
		return bad("kind")
	case !line(c.Level, credentialNameMax):
		return bad("level")
	case c.Title[0] == "" || !line(c.Title[0], credentialNameMax):
		return bad("zh")
	case c.Title[1] == "" || !line(c.Title[1], credentialNameMax):
		return bad("en")
	case c.Issuer == "" || !line(c.Issuer, credentialNameMax):
		return bad("issuer")
	case !c.Since.Valid():
		return bad("since")
	case c.Until.Valid() && c.Until < c.Since:
		return bad("until")
	}
	return nil
}

// mayCredential asks for the permission to give certificates to persons: that of who keeps the registry of this jurisdiction.
func (s *Service) mayCredential(who access.Actor) (string, error) {
	if s.c.Access == nil || s.c.Log == nil {
		return "", fault.New(fault.Unavailable, "federation.closed")
	}
	return access.Mandate(who, access.RegistryEdit, access.Scope{Region: unit.Region(s.c.Self)})
}

// GiveCredential gives a certificate to a person. email may name the holder's account at this node. An issuer's number of one kind
// counts once.
func (s *Service) GiveCredential(ctx context.Context, who access.Actor, c Credential, email string) (Credential, error) {
	mandate, err := s.mayCredential(who)
	if err != nil {
		return c, err
	}
	if err := c.check(); err != nil {
		return c, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		x := c
		if email = strings.TrimSpace(email); email != "" {
			if x.Account, err = s.c.Access.AccountBy(ctx, tx, email, ""); err != nil {
				return err
			}
			if x.Account == "" {
				return fault.New(fault.Invalid, "federation.credential_account").On("email")
			}
		}
		if there, err := hasCredential(ctx, tx, x.Kind, x.No); err != nil || there {
			if there {
				err = fault.New(fault.Conflict, "federation.credential_there", "no", clip(x.No)).On("no")
			}
			return err
		}
		x.ID, x.By, x.At, x.salt = unit.NewID(tx.Now()), who.Name, tx.Now(), make([]byte, credentialSalt)
		rand.Read(x.salt)
		text, err := x.holder().text()
		if err != nil {
			return err
		}
		if x.Leaf, err = s.c.Log.Append(ctx, tx, corridorlog.Leaf{Kind: credentialKind, Day: unit.DayOf(tx.Now(), unit.Beijing()), Object: "credential/" + string(x.ID),
			Fields: map[string]any{"label": x.Kind, "level": x.Level, "issuer": x.Issuer, "since": x.Since.String(), "until": x.Until.String(), "holder": commitment("person", x.salt, text)}}); err != nil {
			return fmt.Errorf("publish a person's certificate: %w", err)
		}
		if err := insertCredential(ctx, tx, x); err != nil {
			return fmt.Errorf("keep a person's certificate: %w", err)
		}
		c = x
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "credential.give", Object: "credential/" + string(x.ID), Region: unit.Region(s.c.Self), Mandate: mandate, Detail: x.Kind})
	})
	return c, err
}

func (c Credential) holder() holderPart { return holderPart{c.Name, c.No, c.Hint, c.Title} }

// EndCredential withdraws a person's certificate: its leaf is withdrawn, and what is personal is erased here. The reason stays inside.
func (s *Service) EndCredential(ctx context.Context, who access.Actor, id unit.ID, reason string) error {
	mandate, err := s.mayCredential(who)
	if err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" || utf8.RuneCountInString(reason) > recognitionBasis {
		return fault.New(fault.Invalid, "federation.credential").On("reason")
	}
	w, ok := s.c.Log.(Withdrawer)
	if !ok {
		return fault.New(fault.Unavailable, "federation.closed")
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, err := selectCredential(ctx, tx, id)
		if err != nil {
			return err
		}
		if !c.Ended.IsZero() {
			return fault.New(fault.Conflict, "federation.credential_over")
		}
		if _, err := w.Withdraw(ctx, tx, c.Leaf, corridorlog.Withdrawal{Day: unit.DayOf(tx.Now(), unit.Beijing()), Reason: "证书已撤回 the certificate was withdrawn"}); err != nil {
			return fmt.Errorf("withdraw a person's certificate: %w", err)
		}
		if err := endCredential(ctx, tx, id, reason); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "credential.end", Object: "credential/" + string(id), Region: unit.Region(s.c.Self), Mandate: mandate, Detail: c.Kind})
	})
}

// Credentials are the certificates that a person holds by an account of this node, the newest first.
func (s *Service) Credentials(ctx context.Context, who access.Actor) (out []Credential, err error) {
	if who.Anonymous() {
		return nil, nil
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = selectCredentials(ctx, tx, who.Person)
		return err
	})
	return out, err
}

// GivenCredentials are all certificates that this node gave to persons, the newest first, for who gives them.
func (s *Service) GivenCredentials(ctx context.Context, who access.Actor) (out []Credential, err error) {
	if _, err := s.mayCredential(who); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = selectCredentials(ctx, tx, "")
		return err
	})
	return out, err
}

// CredentialFile is a person's certificate as one file, for its holder and for who gives them; nobody else knows of it. receipt makes
// the receipt of a leaf.
func (s *Service) CredentialFile(ctx context.Context, who access.Actor, id unit.ID, receipt func(context.Context, unit.ID, bool) ([]byte, error)) ([]byte, error) {
	var c Credential
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		c, err = selectCredential(ctx, tx, id)
		return err
	}); err != nil {
		return nil, err
	}
	if _, err := s.mayCredential(who); err != nil && (who.Anonymous() || c.Account != who.Person) {
		return nil, fault.New(fault.NotFound, "federation.no_credential")
	}
	if !c.Ended.IsZero() {
		return nil, fault.New(fault.Gone, "federation.credential_over")
	}
	r, err := receipt(ctx, c.Leaf, true)
	if err != nil {
		return nil, err
	}
	text, err := c.holder().text()
	if err != nil {
		return nil, err
	}
	return s.fileWith(ctx, besideIn{"person", text, c.salt}, r)
}

// fileWith is a file of a leaf's receipt with what the leaf commits to.
func (s *Service) fileWith(ctx context.Context, b besideIn, receipt []byte) ([]byte, error) {
	_, signed, err := s.Community(ctx)
	if err != nil {
		return nil, err
	}
	b64 := base64.StdEncoding
	return packFile(strings.Fields(s.Keys()), []byte(signed), []string{b.word + " " + b64.EncodeToString(b.text), b.word + "-salt " + b64.EncodeToString(b.salt)}, receipt), nil
}

// besideIn is what a file holds beside its leaf and the leaf commits to: a person, or facts.
type besideIn struct {
	word       string // person, facts; "" is nothing
	text, salt []byte
}

// Person is what a person's certificate shows beside the leaf.
type Person struct{ Name, No, Hint string }

// readCredential reads a leaf with the personal part of a file. part is what is false, "" is nothing.
func readCredential(fields []byte, in besideIn) (c Certificate, p Person, part string) {
	var f credentialFields
	if json.Unmarshal(fields, &f) != nil || f.Kind == "" || !f.Since.Valid() {
		return c, p, "leaf"
	}
	var h holderPart
	if in.word != "person" || len(in.salt) != credentialSalt || commitment("person", in.salt, in.text) != f.Holder || json.Unmarshal(in.text, &h) != nil || h.Name == "" {
		return c, p, "person"
	}
	return Certificate{Label: f.Kind, Level: f.Level, Issuer: f.Issuer, Since: f.Since, Until: f.Until, Holder: fault.Words{h.Name, h.Name}, Title: h.Title}, Person{h.Name, h.No, h.Hint}, ""
}
