package federation

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
)

const (
	epochColumns   = `SELECT code, note, signers, at, aside FROM federation_epoch `
	sqlEpochs      = epochColumns + `ORDER BY code, epoch LIMIT $1`
	sqlEpochsOf    = epochColumns + `WHERE code = $1 ORDER BY epoch LIMIT $2`
	sqlEpochInsert = `INSERT INTO federation_epoch (code, epoch, log, note, signers, at, cut_at, aside, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlEpochHolds  = `UPDATE federation_epoch SET state = 'holds' WHERE code = $1 AND epoch = $2`

	sqlAside = `
INSERT INTO federation_aside (log, epoch, idx, leaf) SELECT origin, $2, idx, leaf FROM federation_leaf WHERE origin = $1 AND idx >= $3`
	sqlAsideAfter      = `SELECT idx, leaf FROM federation_aside WHERE log = $1 AND epoch = $2 AND idx > $3 ORDER BY idx LIMIT $4`
	sqlCutLeaves       = `DELETE FROM federation_leaf WHERE origin = $1 AND idx >= $2`
	sqlCutWithdrawals  = `DELETE FROM federation_withdrawal WHERE origin = $1 AND by_idx >= $2`
	sqlCutCertificates = `DELETE FROM federation_certificate WHERE origin = $1 AND idx >= $2`
	sqlCutRefusals     = `DELETE FROM federation_mirror_refused WHERE origin = $1 AND idx >= $2`
	sqlCutTiles        = `DELETE FROM federation_tile WHERE origin = $1 AND level = $2 AND n >= $3`
	sqlCutTile         = `
UPDATE federation_tile SET width = $4, hashes = substr(hashes, 1, CAST(32 * $4 AS INTEGER)) WHERE origin = $1 AND level = $2 AND n = $3 AND width > $4`
	sqlCutWitness = `DELETE FROM federation_witness WHERE origin = $1`

	sqlOwnLetterKey = `SELECT public FROM federation_letter_key WHERE generation = $1 ORDER BY generation LIMIT 1`
)

func scanEpoch(scan func(...any) error) (st EpochState, err error) {
	var code, signers string
	var at int64
	if err = scan(&code, &st.Signed, &signers, &at, &st.Aside); err != nil {
		return st, err
	}
	if st.Epoch, err = readEpoch([]byte(st.Signed)); err != nil {
		return st, fmt.Errorf("the statement of an epoch of %s that is kept: %w", code, err)
	}
	st.By, st.At = strings.Fields(signers), db.Time(at)
	return st, nil
}

func selectEpochs(ctx context.Context, tx *db.Tx) ([]EpochState, error) {
	return db.Collect(ctx, tx, "epochs", scanEpoch, sqlEpochs, peersMax)
}

func selectEpochsOf(ctx context.Context, tx *db.Tx, code string) ([]EpochState, error) {
	return db.Collect(ctx, tx, "epochs of "+code, scanEpoch, sqlEpochsOf, code, epochsMax)
}

// insertEpoch writes a statement down; with cutting what stands after its place may be set aside until epochHolds.
func insertEpoch(ctx context.Context, tx *db.Tx, e Epoch, signed []byte, by []string, cut, aside int64, state string) error {
	_, err := tx.Exec(ctx, sqlEpochInsert, e.Code, e.Epoch, e.Log, string(signed), strings.Join(by, " "), db.Micros(tx.Now()), cut, aside, state)
	return err
}

func epochHolds(ctx context.Context, tx *db.Tx, e Epoch) error {
	_, err := tx.Exec(ctx, sqlEpochHolds, e.Code, e.Epoch)
	return err
}

// selectAside are leaves that an epoch has set aside here, after an index, at most mirrorWindow of them.
func selectAside(ctx context.Context, tx *db.Tx, e Epoch, after int64) ([]Leaf, error) {
	return db.Collect(ctx, tx, "leaves set aside of "+e.Log, func(scan func(...any) error) (l Leaf, err error) {
		var index int64
		var b []byte
		err = scan(&index, &b)
		return readLeaf(e.Log, index, b), err
	}, sqlAsideAfter, e.Log, e.Epoch, after, mirrorWindow)
}

// cutLog sets aside what stands of a log from a leaf on, and cuts its tree to what is before.
func cutLog(ctx context.Context, tx *db.Tx, e Epoch, cut int64) error {
	if _, err := tx.Exec(ctx, sqlAside, e.Log, e.Epoch, cut); err != nil {
		return fmt.Errorf("set leaves from %d on aside: %w", cut, err)
	}
	for _, q := range []string{sqlCutWithdrawals, sqlCutCertificates, sqlCutRefusals, sqlCutLeaves} {
		if _, err := tx.Exec(ctx, q, e.Log, cut); err != nil {
			return fmt.Errorf("cut %s at leaf %d: %w", e.Log, cut, err)
		}
	}
	const perTile, levels = 1 << 8, 8
	left := cut
	for level := range levels {
		n, width := left/perTile, left%perTile
		first := n
		if width > 0 {
			first++
			if _, err := tx.Exec(ctx, sqlCutTile, e.Log, level, n, width); err != nil {
				return fmt.Errorf("cut tile %d/%d: %w", level, n, err)
			}
		}
		if _, err := tx.Exec(ctx, sqlCutTiles, e.Log, level, first); err != nil {
			return fmt.Errorf("cut the tiles of level %d: %w", level, err)
		}
		left /= perTile
	}
	_, err := tx.Exec(ctx, sqlCutWitness, e.Log)
	return err
}

// rootHere is the root of the first leaves of a log that are here.
func rootHere(ctx context.Context, tx *db.Tx, log string, size int64) (tlog.Hash, error) {
	return tlog.TreeHash(size, localTree(ctx, tx, log))
}

// selectOwnLetterKey is the public part of a key of this node's letters; "" is none.
func selectOwnLetterKey(ctx context.Context, tx *db.Tx, generation int64) (public string, err error) {
	err = tx.QueryRow(ctx, sqlOwnLetterKey, generation).Scan(&public)
	if db.NoRows(err) {
		return "", nil
	}
	return public, err
}
