package node

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// noTiles keeps what one node publishes from being fetched by the others, while its cut says so. Checkpoints and cosignatures go on.
type noTiles struct {
	d    *drill
	next http.RoundTripper
}

func (n noTiles) RoundTrip(r *http.Request) (*http.Response, error) {
	if n.d.cut.Load() && strings.HasPrefix(r.URL.Path, "/log/tile/") {
		return nil, errors.New("the link is cut")
	}
	return n.next.RoundTrip(r)
}

// epoch: a node loses leaves that its neighbours have cosigned and that nobody holds. It cannot go on with the log as it was, and
// nobody believes it when it declares a new beginning by itself; once its neighbours have countersigned one it goes on.
func (d *drill) epoch(ctx context.Context) error {
	s, others := d.sides[0], d.sides[1:]
	backup, statement := filepath.Join(d.dir, "backup.db"), []byte(nil)
	var e federation.Epoch
	var size int64
	old := s.key.Public
	var signed [][]byte
	begins := func(code string, notes ...[]byte) error {
		_, by, err := BeginEpoch(ctx, d.config(s), notes...)
		return want(fault.CodeOf(err) == code, "countersigned by %v: %v", by, err)
	}
	countersigned := func(x *drilled) error {
		st, err := x.Federation.ReadEpoch(ctx, rehearser, statement)
		if err != nil || st.Tree != "same" {
			return fmt.Errorf("%s says the tree is %q, %w", x.code, st.Tree, err)
		}
		if st, err = x.Federation.Countersign(ctx, rehearser, statement, corridorlog.Fingerprint(e.Key)); err == nil {
			signed = append(signed, []byte(st.Signed))
		}
		return err
	}
	return all(
		func() error {
			return d.step("a backup is taken, and its neighbours have followed all of it", func() error { return s.DB.Backup(ctx, backup) })
		},
		func() error {
			return d.step("three more leaves are published; the neighbours cosign them, and the link is cut before anybody has fetched them", func() (err error) {
				d.cut.Store(true)
				if err = d.publish(ctx, s, 3); err != nil {
					return err
				}
				if size, err = s.Log.Size(ctx); err != nil {
					return err
				}
				for _, x := range others {
					if err := d.until(ctx, func() (bool, string) {
						b, err := x.Federation.Seen(ctx, s.code)
						c, err2 := corridorlog.ParseCheckpoint(b)
						return err == nil && err2 == nil && c.Size == size, fmt.Sprintf("%s has seen %d of %d", x.code, c.Size, size)
					}); err != nil {
						return err
					}
				}
				return nil
			})
		},
		func() error {
			return d.step("the node is lost, and the backup is put in its place", func() error {
				if err := s.stop(); err != nil {
					return err
				}
				d.cut.Store(false)
				return RestoreFolder(ctx, backup, d.folder(s), false, nil)
			})
		},
		func() error {
			return d.step("it cannot fetch back what nobody holds, and says so", func() error {
				_, err := RecoverFolder(ctx, d.config(s), false)
				return want(fault.CodeOf(err) == "federation.recover_lost", "it recovered: %v", err)
			})
		},
		func() error {
			return d.step("it writes the statement of a new epoch, under a new key, from the last leaf that is left", func() (err error) {
				statement, e, err = ProposeEpoch(ctx, d.config(s), EpochPlan{Why: "演练：备份之后的条目无人存有 rehearsal: nobody holds what came after the backup"})
				return errors.Join(err, want(e.Size == size-3 && slices.Contains(e.Ended, old), "%+v", e))
			})
		},
		func() error {
			return d.step("declared by itself it does not count, and with one of two neighbours neither", func() error {
				return errors.Join(begins("federation.epoch_quorum", statement), countersigned(others[0]), begins("federation.epoch_quorum", signed...))
			})
		},
		func() error {
			return d.step("with both it begins, and serves under the new key", func() (err error) {
				if err := errors.Join(countersigned(others[1]), begins("", signed...)); err != nil {
					return err
				}
				if s.key, err = ReadKey(d.folder(s)); err != nil {
					return err
				}
				return errors.Join(want(s.key.Public == e.Key, "the key is %s", s.key.Public), d.start(ctx, s), d.publish(ctx, s, 2))
			})
		},
		func() error {
			return d.step("its neighbours go over to it, show who countersigned it, and keep the old checkpoint as evidence", func() error {
				for _, x := range others {
					if err := d.followed(ctx, x, s); err != nil {
						return err
					}
					all, err := x.Federation.Epochs(ctx)
					kept, err2 := x.Federation.Evidence(ctx, s.code)
					if err := errors.Join(err, err2, want(len(all) == 1 && len(all[0].By) == 2 && len(kept) > 0 && kept[0].Problem == "federation.epoch_begun" &&
						strings.Contains(kept[0].Had, fmt.Sprintf("\n%d\n", size)), "%s shows %+v and keeps %+v", x.code, all, kept)); err != nil {
						return err
					}
				}
				return nil
			})
		},
		func() error {
			return d.step("letters go on both ways", func() error {
				var id unit.ID
				if err := d.until(ctx, func() (bool, string) { // letters are fetched back first
					got, err := d.writes(ctx, s, others[0], "after")
					id = got
					return err == nil, fmt.Sprint(err)
				}); err != nil {
					return err
				}
				back, err := d.writes(ctx, others[0], s, "after too")
				return errors.Join(err, d.answered(ctx, s, id), d.answered(ctx, others[0], back))
			})
		},
		func() error {
			return d.step("the audit of every node is clean", func() error { return d.audited(ctx) })
		},
	)
}
