package casework

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// sealedMark begins every encrypted file, so that it is told from others and never looks like a program.
const sealedMark = "corridor sealed file 1\n"

// labelled is what is encrypted of a file beside its bytes.
type labelled struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// sealsFiles says whether what the actor brings into the case is kept encrypted: they may fill in a field for files whose
// seal still holds. Which field a file is for is not known when it comes, so then every file is.
func (s *Service) sealsFiles(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, who access.Actor) (bool, error) {
	for name, param := range sch.Sealed {
		f, ok := sch.Field(name)
		if !ok || !takesFiles(f) || !s.fills(sch, c, who, f) {
			continue
		}
		due, err := sch.AskDue(scheme.Ask{Within: param}, tx.Now(), s.c.Calendar, s.facts(ctx, tx, sch, c))
		if err != nil {
			return false, err
		}
		if due.Provisional || tx.Now().Before(due.At) {
			return true, nil
		}
	}
	return false, nil
}

// keepFile keeps what was brought, encrypted where the case seals it. The file is looked at in the clear, and in memory
// alone, before it is.
func (s *Service) keepFile(ctx context.Context, id unit.ID, name string, r io.Reader, seals bool) (a Attached, err error) {
	if !seals {
		f, err := s.c.Files.Put(ctx, name, r)
		return Attached{Digest: f.Digest, Name: files.Clean(name), Type: f.Type, Size: f.Size}, err
	}
	f, content, err := s.c.Files.Look(ctx, name, r)
	if err != nil {
		return a, err
	}
	a = Attached{Digest: f.Digest, Name: f.Name, Type: f.Type, Size: f.Size}
	label, err := json.Marshal(labelled{f.Name, f.Type})
	if err != nil {
		return a, err
	}
	box, err := s.lock([]byte(sealedMark), content, fileKey(id, a.Digest))
	if err != nil {
		return a, err
	}
	named, err := s.lock(nil, label, fileKey(id, a.Digest))
	if err != nil {
		return a, err
	}
	kept, err := s.c.Files.Keep(ctx, "sealed", box)
	a.kept, a.box = kept.Digest, hex.EncodeToString(named)
	return a, err
}

func fileKey(id unit.ID, d files.Digest) string { return string(id) + "/file/" + string(d) }

// lock encrypts under the node's secret, bound to what it belongs to. What stands before is in the clear.
func (s *Service) lock(before, plain []byte, belongs string) ([]byte, error) {
	if s.c.Secret == "" {
		return nil, fault.New(fault.Unavailable, "casework.no_secret")
	}
	aead, err := sealer(s.c.Secret)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	return aead.Seal(append(before, nonce...), nonce, plain, []byte(belongs)), nil
}

// unlock opens what lock made, by the secret of today or one before it.
func (s *Service) unlock(raw []byte, belongs string) (plain []byte, err error) {
	err = errors.New("no secret opens it")
	for _, secret := range append([]string{s.c.Secret}, s.c.Former...) {
		aead, bad := sealer(secret)
		if bad != nil || len(raw) < aead.NonceSize() {
			continue
		}
		if plain, err = aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], []byte(belongs)); err == nil {
			return plain, nil
		}
	}
	return nil, err
}

// named puts name and type back on a file that was encrypted.
func (s *Service) named(id unit.ID, a *Attached) error {
	if a.kept == "" {
		return nil
	}
	raw, err := hex.DecodeString(a.box)
	if err != nil {
		return err
	}
	label, err := s.unlock(raw, fileKey(id, a.Digest))
	if err != nil {
		return fmt.Errorf("name of file %s: %w", a.Digest, err)
	}
	var l labelled
	err = json.Unmarshal(label, &l)
	a.Name, a.Type = l.Name, l.Type
	return err
}

// fileBytes are the bytes of a file of a case, checked against its digest.
func (s *Service) fileBytes(ctx context.Context, id unit.ID, a Attached) ([]byte, error) {
	if a.kept == "" {
		_, content, err := s.c.Files.Get(ctx, a.Digest)
		return content, err
	}
	_, box, err := s.c.Files.Get(ctx, a.kept)
	if err != nil {
		return nil, err
	}
	if len(box) < len(sealedMark) || string(box[:len(sealedMark)]) != sealedMark {
		return nil, fault.New(fault.Internal, "files.damaged", "digest", a.kept)
	}
	content, err := s.unlock(box[len(sealedMark):], fileKey(id, a.Digest))
	if err != nil {
		return nil, fmt.Errorf("open file %s: %w", a.Digest, err)
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != string(a.Digest) {
		return nil, fault.New(fault.Internal, "files.damaged", "digest", a.Digest)
	}
	return content, nil
}

// OpenSealed reads a field that was sealed, once it has been opened, for who may read it. A try before that is written into
// the journal, whoever tries.
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
			if x.Field == field && !x.open() {
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
