package federation

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// A node's letters are signed with a key of their own, derived from its log's. Neighbours learn it from the log that they follow
// and verify: the leaf letters.key names it with the days on which it counts. So a key needs no second trust, its change is
// public, and one that is lost can be ended by the next.
const (
	letterKeyKind  = "letters.key"
	letterKeyDays  = 400 // that a key counts
	letterKeyRenew = 30  // days before its end a new one is made
	keysLooked     = 20  // newest leaves of a neighbour that are looked at
)

// LetterKey is a key that letters are signed with.
type LetterKey struct {
	Generation int64
	Public     ed25519.PublicKey
	From       unit.Day
	Until      unit.Day // the last day
	Alone      bool     // those before it count no more
}

// keyLeaf is the layout of the leaf's fields.
type keyLeaf struct {
	Algorithm  string   `json:"algorithm"`
	Key        string   `json:"key"`
	Generation int64    `json:"generation"`
	From       unit.Day `json:"from"`
	Until      unit.Day `json:"until"`
	Alone      bool     `json:"alone"`
}

// letterKeyID is how a signature names a key.
func letterKeyID(origin string, generation int64) string {
	return origin + "/letters/" + strconv.FormatInt(generation, 10)
}

func (s *Service) signingKey(generation int64) (ed25519.PrivateKey, error) {
	return corridorlog.SigningKey(s.c.Key, "letters/"+strconv.FormatInt(generation, 10))
}

// letterKey is the newest key of this node's letters; the act makes the first one, and the next before one ends.
func (s *Service) letterKey(ctx context.Context, tx *db.Tx) (LetterKey, error) {
	k, err := selectLetterKey(ctx, tx)
	if err != nil {
		return k, fmt.Errorf("the key of letters: %w", err)
	}
	if today := unit.DayOf(tx.Now(), unit.Beijing()); k.Generation > 0 && today.Add(letterKeyRenew) <= k.Until {
		return k, nil
	}
	return s.newLetterKey(ctx, tx, k.Generation+1, false)
}

func (s *Service) newLetterKey(ctx context.Context, tx *db.Tx, generation int64, alone bool) (k LetterKey, err error) {
	private, err := s.signingKey(generation)
	if err != nil {
		return k, err
	}
	today := unit.DayOf(tx.Now(), unit.Beijing())
	k = LetterKey{generation, private.Public().(ed25519.PublicKey), today, today.Add(letterKeyDays), alone}
	public := base64.StdEncoding.EncodeToString(k.Public)
	leaf, err := s.c.Log.Append(ctx, tx, corridorlog.Leaf{Kind: letterKeyKind, Day: today, Object: fmt.Sprintf("letters.key/%d", generation),
		Fields: map[string]any{"algorithm": "ed25519", "key": public, "generation": generation, "from": k.From.String(), "until": k.Until.String(), "alone": alone}})
	if err != nil {
		return k, fmt.Errorf("publish key %d of letters: %w", generation, err)
	}
	return k, insertLetterKey(ctx, tx, k, public, leaf)
}

// RotateLetterKey makes a new key of this node's letters and publishes it. alone ends all keys before it, as after a loss.
func (s *Service) RotateLetterKey(ctx context.Context, who access.Actor, alone bool) (k LetterKey, err error) {
	mandate, err := s.mayKeep(who)
	if err != nil {
		return k, err
	}
	if s.c.Key == "" {
		return k, fault.New(fault.Unavailable, "federation.letters_closed")
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		had, err := selectLetterKey(ctx, tx)
		if err != nil {
			return err
		}
		if k, err = s.newLetterKey(ctx, tx, had.Generation+1, alone); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "letter.key", Object: fmt.Sprintf("letters.key/%d", k.Generation), Mandate: mandate, Detail: fmt.Sprintf("alone=%t", alone)})
	})
	return k, err
}

// RenewLetterKey makes the first key of this node's letters where it has neighbours, and a new one where the one that is published does
// not follow from the log's key any more: the log's key was changed. After a loss the keys before it count no more; while a former key of the log still signs, they do.
func (s *Service) RenewLetterKey(ctx context.Context, changing bool) error {
	if s.c.Key == "" {
		return nil
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		k, err := selectLetterKey(ctx, tx)
		if err != nil {
			return err
		}
		if k.Generation == 0 { // neighbours know it from their first round on, and need not turn the first letter away
			if len(s.peers()) > 0 {
				_, err = s.letterKey(ctx, tx)
			}
			return err
		}
		private, err := s.signingKey(k.Generation)
		if err != nil || k.Public.Equal(private.Public()) {
			return err
		}
		_, err = s.newLetterKey(ctx, tx, k.Generation+1, !changing)
		return err
	})
}

// OwnLetterKey is the key that this node signs with; Generation 0 says that it has written no letter yet.
func (s *Service) OwnLetterKey(ctx context.Context) (k LetterKey, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		k, err = selectLetterKey(ctx, tx)
		return err
	})
	return k, err
}

// neighbourKeys are the keys of a neighbour's letters, the newest first, as its verified log names them.
func neighbourKeys(ctx context.Context, tx *db.Tx, origin string) (out []LetterKey, err error) {
	leaves, err := selectKeyLeaves(ctx, tx, origin)
	if err != nil {
		return nil, fmt.Errorf("keys of the letters of %s: %w", origin, err)
	}
	for _, fields := range leaves {
		var l keyLeaf
		if json.Unmarshal(fields, &l) != nil {
			continue
		}
		public, err := base64.StdEncoding.DecodeString(l.Key)
		if err != nil || len(public) != ed25519.PublicKeySize || l.Algorithm != "ed25519" || !l.From.Valid() || !l.Until.Valid() {
			continue // of a newer program, or nothing that could sign
		}
		out = append(out, LetterKey{l.Generation, public, l.From, l.Until, l.Alone})
		if l.Alone {
			break
		}
	}
	return out, nil
}

// keyFor finds the key that a signature names and that counts on a day, and says why it does not count.
func keyFor(keys []LetterKey, origin, id string, day unit.Day) (ed25519.PublicKey, error) {
	k, err := keyNamed(keys, origin, id)
	if err != nil {
		return nil, err
	}
	return k.Public, k.countsOn(day, id)
}

// keyNamed finds the key that a signature names, whatever its days.
func keyNamed(keys []LetterKey, origin, id string) (LetterKey, error) {
	for _, k := range keys {
		if letterKeyID(origin, k.Generation) == id {
			return k, nil
		}
	}
	// One that is newer than all we know may stand in the part of the log that is still to come: the letter comes again.
	last, _ := strings.CutPrefix(id, origin+"/letters/")
	if n, err := strconv.ParseInt(last, 10, 64); err == nil && (len(keys) == 0 || n > keys[0].Generation) {
		return LetterKey{}, fault.New(fault.Unavailable, "federation.letter_key_new", "key", clip(strings.ToValidUTF8(id, "?")))
	}
	return LetterKey{}, fault.New(fault.Denied, "federation.letter_key", "key", clip(strings.ToValidUTF8(id, "?")))
}

// countsOn refuses a day on which the key does not count; the days of two clocks may differ by one.
func (k LetterKey) countsOn(day unit.Day, id string) error {
	if day.Add(1) < k.From || k.Until.Add(1) < day {
		return fault.New(fault.Denied, "federation.letter_key_ended", "key", clip(id), "from", k.From, "until", k.Until)
	}
	return nil
}
