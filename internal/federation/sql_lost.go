package federation

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"corridor/internal/db"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

const (
	sqlLettersHeld = `
SELECT way, letter, letter_sig, answer, answer_sig FROM federation_letter
WHERE peer = $1 AND state <> 'waiting' AND (way = 'in' AND n > $2 OR way = 'out' AND n > $3)
ORDER BY way, n LIMIT $4`
	sqlBehind    = `SELECT count(*) FROM federation_behind WHERE peer = $1 ORDER BY 1 LIMIT 1`
	sqlBehindAll = `SELECT peer, at, why FROM federation_behind ORDER BY peer LIMIT $1`
	sqlBehindPut = `
INSERT INTO federation_behind (peer, at, why) VALUES ($1, $2, $3) ON CONFLICT (peer) DO UPDATE SET why = excluded.why`
	sqlBehindDelete = `DELETE FROM federation_behind WHERE peer = $1`
	sqlLetterKeys   = `SELECT generation, public, since, until FROM federation_letter_key ORDER BY generation DESC LIMIT $1`
	sqlOwnKeyLeaves = `SELECT fields FROM v_log_leaf WHERE kind = $1 ORDER BY idx DESC LIMIT $2`
)

// selectHeld are letters of a pair that were answered: those that the other node wrote after one number, those that it took after
// another.
func selectHeld(ctx context.Context, tx *db.Tx, peer string, afterIn, afterOut int64) ([]heldLetter, error) {
	return db.Collect(ctx, tx, "letters held of "+peer, func(scan func(...any) error) (h heldLetter, err error) {
		err = scan(&h.Way, &h.Letter, &h.LetterSig, &h.Answer, &h.AnswerSig)
		return h, err
	}, sqlLettersHeld, peer, afterIn, afterOut, heldLettersPage)
}

func selectBehind(ctx context.Context, tx *db.Tx, peer string) (bool, error) {
	n := 0
	err := tx.QueryRow(ctx, sqlBehind, peer).Scan(&n)
	return n > 0, err
}

func selectAllBehind(ctx context.Context, tx *db.Tx) ([]Behind, error) {
	return db.Collect(ctx, tx, "neighbours of which letters are to be fetched back", func(scan func(...any) error) (b Behind, err error) {
		var at int64
		err = scan(&b.Peer, &at, &b.Why)
		b.At = db.Time(at)
		return b, err
	}, sqlBehindAll, peersMax)
}

func putBehind(ctx context.Context, tx *db.Tx, peer, why string) error {
	_, err := tx.Exec(ctx, sqlBehindPut, peer, db.Micros(tx.Now()), why)
	return err
}

func deleteBehind(ctx context.Context, tx *db.Tx, peer string) error {
	_, err := tx.Exec(ctx, sqlBehindDelete, peer)
	return err
}

// putLostKeys writes down the keys of this node's letters that its log names and that are not here: they were lost with the database.
func putLostKeys(ctx context.Context, tx *db.Tx) error {
	had, err := selectLetterKey(ctx, tx)
	if err != nil {
		return err
	}
	leaves, err := db.Collect(ctx, tx, "own keys of letters in the log", func(scan func(...any) error) (l keyLeaf, err error) {
		fields := ""
		if err = scan(&fields); err == nil {
			err = json.Unmarshal([]byte(fields), &l)
		}
		return l, err
	}, sqlOwnKeyLeaves, letterKeyKind, keysLooked)
	if err != nil {
		return err
	}
	for _, l := range leaves {
		if l.Generation <= had.Generation {
			continue
		}
		public, err := base64.StdEncoding.DecodeString(l.Key)
		if err != nil {
			return fmt.Errorf("key %d of letters in the own log: %w", l.Generation, err)
		}
		if err := insertLetterKey(ctx, tx, LetterKey{l.Generation, public, l.From, l.Until, l.Alone}, l.Key, unit.ID(corridorlog.Lost)); err != nil {
			return err
		}
	}
	return nil
}
