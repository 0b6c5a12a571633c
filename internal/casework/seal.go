package casework

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Seal is a field that nobody opens before its day is over. Its value stands encrypted in a table of its own and nowhere
// else; the case, its decisions and its replay know the digest alone.
type Seal struct {
	Field  string
	Digest string // of salt and value
	Sealed time.Time
	Opens  time.Time // zero while the day lies beyond the published calendar

	box string
}

// open says whether the day is over.
func (x Seal) open(now time.Time) bool { return !x.Opens.IsZero() && !now.Before(x.Opens) }

// boxed is what is encrypted.
type boxed struct {
	Salt  string       `json:"salt"`
	Value scheme.Value `json:"value"`
}

// seal takes what was typed into sealed fields out of the fields to save, and keeps it encrypted. An empty text leaves
// what is there: who filled it in may exchange it and not take it away. After its day a field is one like all others.
func (s *Service) seal(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, fields map[string]scheme.Value) error {
	for name, param := range sch.Sealed {
		v, typed := fields[name]
		if !typed {
			continue
		}
		due, err := sch.AskDue(scheme.Ask{Within: param}, tx.Now(), s.c.Calendar, s.facts(ctx, tx, sch, c))
		if err != nil {
			return err
		}
		x := Seal{Field: name, Sealed: tx.Now(), Opens: due.At}
		if due.Provisional {
			x.Opens = time.Time{}
		}
		if x.open(tx.Now()) {
			continue
		}
		delete(fields, name)
		if !v.Known() {
			continue
		}
		if x.box, x.Digest, err = s.box(c.ID, name, v); err != nil {
			return err
		}
		if err := putSeal(ctx, tx, c.ID, x); err != nil {
			return fmt.Errorf("seal %s of case %s: %w", name, c.No, err)
		}
	}
	return nil
}

// unseal reads the seals of a case; what may be opened by now becomes a field.
func (s *Service) unseal(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c *Case) (err error) {
	if len(sch.Sealed) == 0 {
		return nil
	}
	if c.Seals, err = selectSeals(ctx, tx, c.ID); err != nil {
		return fmt.Errorf("seals of case %s: %w", c.No, err)
	}
	for _, x := range c.Seals {
		if _, has := c.Fields[x.Field]; has || !x.open(tx.Now()) {
			continue
		}
		v, err := s.unbox(c.ID, x)
		if err != nil {
			return fmt.Errorf("open %s of case %s: %w", x.Field, c.No, err)
		}
		c.Fields[x.Field] = v
	}
	return nil
}

// sealed is what the rules see of a field that is sealed: that something is there, and its digest.
func (c Case) sealed(f scheme.Field, now time.Time) (scheme.Value, bool) {
	for _, x := range c.Seals {
		if x.Field != f.Name || x.open(now) {
			continue
		}
		switch f.Type {
		case "file":
			return scheme.TextOf(scheme.File, x.Digest), true
		case "files":
			return scheme.ListValue(scheme.TextOf(scheme.File, x.Digest)), true
		}
		return scheme.TextValue("sealed:" + x.Digest), true
	}
	return scheme.Value{}, false
}

// OpenSealed opens a sealed field: after its day, for who may read the field. A try before that is written into the
// journal, whoever tries.
func (s *Service) OpenSealed(ctx context.Context, who access.Actor, id unit.ID, field string) (v scheme.Value, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return v, err
	}
	var refused error
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		v, refused = scheme.Value{}, nil
		c, err := s.seen(ctx, tx, who, id)
		if err != nil {
			return err
		}
		shown, err := s.shown(ctx, tx, who, c)
		if err != nil {
			return err
		}
		for _, x := range c.Seals {
			if x.Field == field && !x.open(tx.Now()) {
				refused, err = s.sealTried(ctx, tx, who, c, x)
				return err
			}
		}
		if v = shown.Fields[field]; !v.Known() {
			return fault.New(fault.NotFound, "casework.seal_unknown")
		}
		return nil
	})
	if err == nil {
		err = refused
	}
	return v, err
}

// sealTried writes down that somebody tried to open what is sealed, and is the refusal.
func (s *Service) sealTried(ctx context.Context, tx *db.Tx, who access.Actor, c Case, x Seal) (refused, err error) {
	refused = fault.New(fault.Denied, "casework.sealed", "until", s.until(x.Opens))
	return refused, s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.seal_tried", Object: c.Object(), Region: c.Region, Detail: x.Field})
}

// fileTried writes down that somebody asked for a file that is not shown, in a case that has something sealed.
func (s *Service) fileTried(ctx context.Context, who access.Actor, id unit.ID) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, err := s.seen(ctx, tx, who, id)
		if err != nil {
			return err
		}
		for _, x := range c.Seals {
			if !x.open(tx.Now()) {
				_, err = s.sealTried(ctx, tx, who, c, x)
				return err
			}
		}
		return nil
	})
}

func (s *Service) box(id unit.ID, field string, v scheme.Value) (box, digest string, err error) {
	salt := rand.Text()
	b, err := json.Marshal(boxed{salt, v})
	if err != nil {
		return "", "", err
	}
	if s.c.Secret == "" {
		return "", "", fault.New(fault.Unavailable, "casework.no_secret")
	}
	aead, err := sealer(s.c.Secret)
	if err != nil {
		return "", "", err
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(aead.Seal(nonce, nonce, b, []byte(string(id)+"/"+field))), hex.EncodeToString(sum[:]), nil
}

func (s *Service) unbox(id unit.ID, x Seal) (scheme.Value, error) {
	plain, err := s.decrypt(id, x.Field, x.box)
	if err != nil {
		return scheme.Value{}, err
	}
	if sum := sha256.Sum256(plain); !strings.EqualFold(hex.EncodeToString(sum[:]), x.Digest) {
		return scheme.Value{}, errors.New("it is not what was sealed")
	}
	var b boxed
	err = json.Unmarshal(plain, &b)
	return b.Value, err
}

// unboxed opens what was boxed under a name.
func (s *Service) unboxed(id unit.ID, name, box string) (scheme.Value, error) {
	plain, err := s.decrypt(id, name, box)
	if err != nil {
		return scheme.Value{}, err
	}
	var b boxed
	err = json.Unmarshal(plain, &b)
	return b.Value, err
}

func (s *Service) decrypt(id unit.ID, name, box string) (plain []byte, err error) {
	raw, err := hex.DecodeString(box)
	if err != nil {
		return nil, err
	}
	err = errors.New("no secret opens it")
	for _, secret := range append([]string{s.c.Secret}, s.c.Former...) {
		aead, bad := sealer(secret)
		if bad != nil || len(raw) < aead.NonceSize() {
			continue
		}
		if plain, err = aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], []byte(string(id)+"/"+name)); err == nil {
			break
		}
	}
	return plain, err
}

// sealer encrypts under a key that follows from the node's secret.
func sealer(secret string) (cipher.AEAD, error) {
	key := sha256.Sum256([]byte("corridor/casework/seal/1\n" + secret))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
