package federation

import (
	"context"
	"encoding/base64"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// What a key is for.
const (
	KeyOfLog     = "log"
	KeyOfWitness = "witness"
	KeyOfLetters = "letters"
)

// KnownKey is a key by which this node checks what a node says, its own among them.
type KnownKey struct {
	Code        string // of the node
	Name        fault.Words
	Own         bool
	Use         string // log, witness, letters
	Called      string // name of the key
	Algorithm   string
	Fingerprint string   // of the key alone: 16 groups of four hexadecimal digits
	From        unit.Day // no day is no bound
	Until       unit.Day // the last day
	Counts      bool     // today
}

// KnownKeys lists the keys of this node and of its neighbours: those of logs with the days of the community file, the newest of
// letters first as the logs name them.
func (s *Service) KnownKeys(ctx context.Context, self fault.Words) (out []KnownKey, err error) {
	today := unit.DayOf(s.c.Now(), unit.Beijing())
	add := func(p Peer, own bool, use, called, algorithm, text string, from, until unit.Day) {
		out = append(out, KnownKey{p.Code, p.Name, own, use, called, algorithm, corridorlog.Fingerprint(text), from, until,
			(!from.Valid() || from <= today) && (!until.Valid() || today <= until)})
	}
	c, _, err := s.Community(ctx)
	if err != nil {
		return nil, err
	}
	all := s.peers()
	if s.c.Log != nil {
		log, witness := corridorlog.SplitKeys(s.Keys())
		all = append([]Peer{{Code: s.c.Self, Name: self, Key: log, Witness: witness}}, all...)
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		for _, p := range all {
			own, dated := p.Code == s.c.Self, map[string]bool{}
			for _, n := range c.Nodes {
				for _, k := range n.Keys {
					if name, _, _ := strings.Cut(k.Key, "+"); n.Code == p.Code && name == p.Origin() {
						add(p, own, KeyOfLog, name, "Ed25519", k.Key, k.From, k.Until)
						if !strings.Contains(p.Key, k.Key) && k.on(today) { // a new epoch ended it
							out[len(out)-1].Counts = false
						}
						dated[k.Key] = true
					}
				}
			}
			for text := range strings.FieldsSeq(p.Key) {
				if !dated[text] {
					add(p, own, KeyOfLog, p.Origin(), "Ed25519", text, 0, 0)
				}
			}
			if p.Witness != "" {
				name, _, _ := strings.Cut(p.Witness, "+")
				add(p, own, KeyOfWitness, name, "Ed25519 cosignature/v1", p.Witness, 0, 0)
			}
			var letters []LetterKey
			var err error
			if own {
				letters, err = ownLetterKeys(ctx, tx)
			} else {
				letters, err = neighbourKeys(ctx, tx, p.Origin())
			}
			if err != nil {
				return err
			}
			for _, k := range letters {
				add(p, own, KeyOfLetters, letterKeyID(p.Origin(), k.Generation), "Ed25519", base64.StdEncoding.EncodeToString(k.Public), k.From, k.Until)
			}
		}
		return nil
	})
	return out, err
}

// ownLetterKeys are the keys of this node's letters, the newest first.
func ownLetterKeys(ctx context.Context, tx *db.Tx) ([]LetterKey, error) {
	return db.Collect(ctx, tx, "own keys of letters", func(scan func(...any) error) (k LetterKey, err error) {
		public := ""
		if err = scan(&k.Generation, &public, &k.From, &k.Until); err == nil {
			k.Public, err = base64.StdEncoding.DecodeString(public)
		}
		return k, err
	}, sqlLetterKeys, keysLooked)
}
