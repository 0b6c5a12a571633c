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

// Seal is a field that nobody opens before its day is over, and then two persons together (Opening). Its value stands
// encrypted in a table of its own and nowhere else; the case, its decisions and its replay know the digest alone.
type Seal struct {
	Field  string
	Digest string // of salt and value
	Sealed time.Time
	Opens  time.Time // from then on it can be opened; zero while the day lies beyond the published calendar
	Opened time.Time // zero while it is sealed

	box string
}

// open says whether it was opened.
func (x Seal) open() bool { return !x.Opened.IsZero() }

// boxed is what is encrypted.
type boxed struct {
	Salt  string       `json:"salt"`
	Value scheme.Value `json:"value"`
}

// seal takes what was typed into sealed fields out of the fields to save, and keeps it encrypted. An empty text leaves
// what is there: who filled it in may exchange it until its day is over, and not take it away. Once it is opened a field is one like
// all others; one that was empty at its day is so from then on.
func (s *Service) seal(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, fields map[string]scheme.Value) error {
	for name, param := range sch.Sealed {
		v, typed := fields[name]
		if !typed {
			continue
		}
		due, err := s.sealedBy(ctx, tx, sch, c, param)
		if err != nil {
			return err
		}
		x := Seal{Field: name, Sealed: tx.Now(), Opens: due.At}
		if due.Provisional {
			x.Opens = time.Time{}
		}
		if was, there := c.sealOf(name); there && was.open() || !there && x.over(tx.Now()) {
			continue
		} else if there && was.over(tx.Now()) {
			return fault.New(fault.Conflict, "casework.seal_over").On(name)
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

// sealOf is the seal of a field.
func (c Case) sealOf(field string) (Seal, bool) {
	for _, x := range c.Seals {
		if x.Field == field {
			return x, true
		}
	}
	return Seal{}, false
}

// unseal reads the seals of a case; what was opened becomes a field.
func (s *Service) unseal(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c *Case) (err error) {
	if len(sch.Sealed) == 0 {
		return nil
	}
	if c.Seals, err = selectSeals(ctx, tx, c.ID); err != nil {
		return fmt.Errorf("seals of case %s: %w", c.No, err)
	}
	for _, x := range c.Seals {
		if _, has := c.Fields[x.Field]; has || !x.open() {
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
func (c Case) sealed(f scheme.Field) (scheme.Value, bool) {
	for _, x := range c.Seals {
		if x.Field != f.Name || x.open() {
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
			if !x.open() {
				_, err = s.sealTried(ctx, tx, who, c, x)
				return err
			}
		}
		return nil
	})
}

func (s *Service) box(id unit.ID, field string, v scheme.Value) (box, digest string, err error) {
	b, err := json.Marshal(boxed{rand.Text(), v})
	if err != nil {
		return "", "", err
	}
	locked, err := s.lock(nil, b, string(id)+"/"+field)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(locked), hex.EncodeToString(sum[:]), err
}

func (s *Service) unbox(id unit.ID, x Seal) (scheme.Value, error) {
	v, digest, err := s.unboxed(id, x.Field, x.box)
	if err == nil && !strings.EqualFold(digest, x.Digest) {
		return scheme.Value{}, errors.New("it is not what was sealed")
	}
	return v, err
}

// unboxed opens what was boxed under a name, and says which digest it had.
func (s *Service) unboxed(id unit.ID, name, box string) (v scheme.Value, digest string, err error) {
	raw, err := hex.DecodeString(box)
	if err != nil {
		return v, "", err
	}
	plain, err := s.unlock(raw, string(id)+"/"+name)
	if err != nil {
		return v, "", err
	}
	var b boxed
	err = json.Unmarshal(plain, &b)
	sum := sha256.Sum256(plain)
	return b.Value, hex.EncodeToString(sum[:]), err
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
