package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// restore: a backup that is older than what the neighbours have seen is put back. The node does not start on it, fetches what it
// lost from a neighbour, and goes on without anybody taking it for a fork.
func (d *drill) restore(ctx context.Context) error {
	s, o := d.sides[0], d.sides[1]
	backup, size := filepath.Join(d.dir, "backup.db"), int64(0)
	letters := ""
	return all(
		func() error {
			return d.step("a backup is taken while the node serves", func() error { return s.DB.Backup(ctx, backup) })
		},
		func() error {
			return d.step("four more leaves are published, and the neighbours have seen them", func() (err error) {
				if err = d.publish(ctx, s, 4); err != nil {
					return err
				}
				if size, err = s.Log.Size(ctx); err != nil {
					return err
				}
				return errors.Join(d.followed(ctx, o, s), d.followed(ctx, d.sides[2], s))
			})
		},
		func() error {
			return d.step("letters are written and answered both ways, after the backup", func() (err error) {
				for i := range 2 {
					there, err := d.writes(ctx, s, o, fmt.Sprintf("lost %d", i))
					if err != nil {
						return err
					}
					back, err := d.writes(ctx, o, s, fmt.Sprintf("lost answer %d", i))
					if err != nil {
						return err
					}
					if err := errors.Join(d.answered(ctx, s, there), d.answered(ctx, o, back)); err != nil {
						return err
					}
				}
				if letters, err = s.register(ctx, o); err != nil {
					return err
				}
				return errors.Join(want(strings.Count(letters, "\n") == 4, "they show %q", letters), d.followed(ctx, o, s), d.followed(ctx, d.sides[2], s))
			})
		},
		func() error {
			return d.step("the node is lost, and the backup is put in its place", func() error {
				if err := s.stop(); err != nil {
					return err
				}
				return RestoreFolder(ctx, backup, d.folder(s), false, nil)
			})
		},
		func() error {
			return d.step("it does not serve while it is behind what its neighbours have seen", func() error {
				_, err := Open(ctx, d.config(s))
				return want(fault.CodeOf(err) == "node.restored", "it opened: %v", err)
			})
		},
		func() error {
			return d.step("it fetches back what it lost, and every neighbour's checkpoint is of its log", func() error {
				seen, err := RecoverFolder(ctx, d.config(s), false)
				put, came := int64(0), 0
				for _, r := range seen {
					put, came = put+r.Put, came+r.Letters
				}
				return errors.Join(err, want(put >= 4 && came == 4, "%d leaves and %d letters came back", put, came))
			})
		},
		func() error {
			return d.step("it serves again, publishes, and is followed as one log", func() error {
				if err := d.start(ctx, s); err != nil {
					return err
				}
				had, err := s.Log.Size(ctx)
				if err != nil || had < size {
					return fmt.Errorf("%d leaves of %d, %w", had, size, err)
				}
				return errors.Join(d.publish(ctx, s, 2), d.followed(ctx, o, s), d.followed(ctx, d.sides[2], s))
			})
		},
		func() error {
			return d.step("both sides show the same letters as before, and new ones are answered both ways", func() error {
				now, err := s.register(ctx, o)
				if err != nil || now != letters {
					return fmt.Errorf("they show %q, before %q, %w", now, letters, err)
				}
				there, err := d.writes(ctx, s, o, "after")
				if err != nil {
					return err
				}
				back, err := d.writes(ctx, o, s, "after too")
				return errors.Join(err, d.answered(ctx, s, there), d.answered(ctx, o, back))
			})
		},
		func() error {
			return d.step("the audit of every node is clean", func() error { return d.audited(ctx) })
		},
	)
}

// register is the letters between two nodes as both show them; it is an error where they differ.
func (s *drilled) register(ctx context.Context, o *drilled) (string, error) {
	list := func(of *drilled, peer string, flip bool) (out string, err error) {
		all, _, err := of.Federation.Letters(ctx, rehearser, federation.LetterQuery{Peer: peer})
		for _, l := range all {
			out += fmt.Sprintf("%t %d %s %s\n", l.Out != flip, l.N, l.State, l.Digest)
		}
		return out, err
	}
	mine, err := list(s, o.code, false)
	theirs, err2 := list(o, s.code, true)
	return mine, errors.Join(err, err2, want(mine == theirs, "%s shows %q, %s %q", s.code, mine, o.code, theirs))
}

// keyLoss: the key of a log is lost. The others introduce a new one by a version of the community file that a quorum signs; what the
// old key signed stays checkable, and letters go on under a key that follows from the new one.
func (d *drill) keyLoss(ctx context.Context) error {
	s, o := d.sides[0], d.sides[1]
	today := unit.DayOf(time.Now(), unit.Beijing())
	first := federation.Community{Title: fault.Words{"演练共同体", "Rehearsal community"}, Version: 1, From: today, Quorum: 2}
	for _, x := range d.sides {
		first.Nodes = append(first.Nodes, federation.Node{Code: x.code, Name: fault.Words{x.code, x.code}, URL: "http://" + x.address, Keys: []federation.DatedKey{{Key: x.key.Public}}, Witness: x.key.Witness, Hosts: []unit.Region{unit.Region(x.code)}})
	}
	var receipt []byte
	old := s.key
	agree := func(c federation.Community, private ...string) error {
		text, err := c.Text()
		signed := []byte(text)
		for _, k := range private {
			if err == nil {
				signed, err = federation.SignCommunity(signed, k)
			}
		}
		if err != nil {
			return err
		}
		for _, x := range d.sides {
			if x.stop == nil {
				continue
			}
			if _, err := x.Federation.TakeCommunity(ctx, rehearser, signed); err != nil && fault.CodeOf(err) != "federation.community_version" {
				return err
			}
		}
		return nil
	}
	return all(
		func() error {
			return d.step("the members agree on a community file with a quorum of two of three", func() error { return agree(first, s.key.Private, o.key.Private, d.sides[2].key.Private) })
		},
		func() error {
			return d.step("a receipt is kept and a letter is answered under the old key", func() error {
				entries, err := s.Log.Entries(ctx, 0, 1)
				if err != nil || len(entries) == 0 {
					return fmt.Errorf("no entry: %w", err)
				}
				if receipt, err = s.Log.Receipt(ctx, entries[0].ID, false); err != nil {
					return err
				}
				id, err := d.writes(ctx, s, o, "before")
				return errors.Join(err, d.answered(ctx, s, id))
			})
		},
		func() error {
			return d.step("the key is lost; a new one is made on the same log", func() (err error) {
				if err = s.stop(); err != nil {
					return err
				}
				path := filepath.Join(d.folder(s), KeyName)
				if err = os.Remove(path); err != nil {
					return err
				}
				s.key, err = MakeKey(path, old.Origin)
				return err
			})
		},
		func() error {
			return d.step("one other member alone cannot introduce it, a quorum can", func() error {
				text, err := first.Text()
				if err != nil {
					return err
				}
				next := first
				next.Version, next.Before = 2, federation.DigestText(text)
				next.Nodes = append([]federation.Node(nil), first.Nodes...)
				next.Nodes[0].Keys = []federation.DatedKey{{Key: old.Public, Until: today.Add(-1)}, {Key: s.key.Public, From: today}}
				next.Nodes[0].Witness = s.key.Witness
				if code := fault.CodeOf(agree(next, o.key.Private, s.key.Private)); code != "federation.community_quorum" {
					return fmt.Errorf("one member is enough: %q", code)
				}
				return agree(next, o.key.Private, d.sides[2].key.Private, s.key.Private)
			})
		},
		func() error {
			return d.step("the node goes on under the new key and is followed as the same log", func() error {
				if err := d.start(ctx, s); err != nil {
					return err
				}
				return errors.Join(d.publish(ctx, s, 2), d.followed(ctx, o, s), d.followed(ctx, d.sides[2], s))
			})
		},
		func() error {
			return d.step("a letter is signed with a key that follows from the new one, and answered", func() error {
				id, err := d.writes(ctx, s, o, "after")
				return errors.Join(err, d.answered(ctx, s, id))
			})
		},
		func() error {
			return d.step("the receipt of before is still checkable, by the key of before", func() error {
				_, err := corridorlog.VerifyReceipt(receipt, old.Public)
				_, other := corridorlog.VerifyReceipt(receipt, s.key.Public)
				return errors.Join(err, want(other != nil, "it verifies by a key that did not sign it"))
			})
		},
		func() error {
			return d.step("the audit of every node is clean", func() error { return d.audited(ctx) })
		},
	)
}

// away: a node is away for days. What needs it waits visibly, what does not goes on, and all comes in its order afterwards.
func (d *drill) away(ctx context.Context) error {
	s, o := d.sides[0], d.sides[1]
	var ids []unit.ID
	return all(
		func() error { return d.step("a node goes away", func() error { return s.stop() }) },
		func() error {
			return d.step("three letters to it wait, and say why; the other two go on", func() error {
				for i := range 3 {
					id, err := d.writes(ctx, o, s, fmt.Sprintf("letter %d", i))
					if err != nil {
						return err
					}
					ids = append(ids, id)
				}
				if err := errors.Join(d.publish(ctx, o, 3), d.followed(ctx, d.sides[2], o)); err != nil {
					return err
				}
				return d.until(ctx, func() (bool, string) {
					l, err := o.Federation.Letter(ctx, rehearser, ids[0])
					return err == nil && l.State == federation.LetterWaiting && l.Problem != "", fmt.Sprintf("%s %q %v", l.State, l.Problem, err)
				})
			})
		},
		func() error {
			return d.step("three days pass, and it is shown as late", func() error {
				d.moved.Add(int64(72 * time.Hour))
				n, err := o.sees(ctx, s)
				return errors.Join(err, want(n.Late, "it is not late"))
			})
		},
		func() error {
			return d.step("it comes back: the letters arrive in their order, each once", func() error {
				if err := d.start(ctx, s); err != nil {
					return err
				}
				for _, id := range ids {
					if err := d.answered(ctx, o, id); err != nil {
						return err
					}
				}
				got, _, err := s.Federation.Letters(ctx, rehearser, federation.LetterQuery{Peer: o.code, Way: "in"})
				if err != nil || len(got) != len(ids) {
					return fmt.Errorf("%d letters, %w", len(got), err)
				}
				return nil
			})
		},
		func() error {
			return d.step("it has followed what it missed, and is followed", func() error { return errors.Join(d.followed(ctx, s, o), d.followed(ctx, o, s)) })
		},
		func() error {
			return d.step("the audit of every node is clean", func() error { return d.audited(ctx) })
		},
	)
}

// clock: a node's clock is wrong, by minutes and by hours. Its letters are turned away with the reason, and come when it is set.
func (d *drill) clock(ctx context.Context) error {
	s, o := d.sides[0], d.sides[1]
	var steps []func() error
	for _, off := range []time.Duration{4 * time.Minute, 7 * time.Minute, 5 * time.Hour} {
		steps = append(steps, func() error {
			var id unit.ID
			err := d.step(fmt.Sprintf("the clock goes %s ahead and a letter is written", off), func() (err error) {
				s.off.Store(int64(off))
				id, err = d.writes(ctx, s, o, off.String())
				return err
			})
			if err != nil {
				return err
			}
			if off < 5*time.Minute { // which nodes bear
				return d.step("so little is borne: it is answered", func() error { return d.answered(ctx, s, id) })
			}
			if err := d.step("it is turned away for its time, on both sides with the reason, and nothing is lost", func() error {
				return d.until(ctx, func() (bool, string) {
					l, err := s.Federation.Letter(ctx, rehearser, id)
					away, err2 := o.Federation.TurnedAway(ctx, rehearser)
					told := false
					for _, x := range away {
						told = told || x.Peer == s.code && x.Code == "federation.sig_time"
					}
					return err == nil && err2 == nil && told && l.State == federation.LetterWaiting && l.Problem != "", fmt.Sprintf("%s %q", l.State, l.Problem)
				})
			}); err != nil {
				return err
			}
			// The database never goes back, so the others' time is let come up to it.
			return d.step("the clocks are set: the letter is answered", func() error {
				d.moved.Add(int64(off))
				s.off.Store(0)
				return d.answered(ctx, s, id)
			})
		})
	}
	return all(append(steps, func() error {
		return d.step("the audit of every node is clean", func() error { return d.audited(ctx) })
	})...)
}

// fork: a copy of a node is served after the node went on. Its neighbours keep the proof, set that neighbour aside, and go on with
// everybody else until a person has looked.
func (d *drill) fork(ctx context.Context) error {
	s, o, third := d.sides[0], d.sides[1], d.sides[2]
	good, bad := filepath.Join(d.dir, "good.db"), filepath.Join(d.dir, "bad.db")
	put := func(file string) error {
		if err := s.stop(); err != nil {
			return err
		}
		if err := RestoreFolder(ctx, file, d.folder(s), false, nil); err != nil {
			return err
		}
		// As somebody would who does not heed the mark.
		if err := os.Remove(filepath.Join(d.folder(s), restoredName)); err != nil {
			return err
		}
		return d.start(ctx, s)
	}
	return all(
		func() error {
			return d.step("a copy of the node is kept, and the node goes on", func() error {
				if err := s.DB.Backup(ctx, bad); err != nil {
					return err
				}
				return errors.Join(d.publish(ctx, s, 3), d.followed(ctx, o, s), s.DB.Backup(ctx, good))
			})
		},
		func() error {
			return d.step("the old copy is served and publishes something else", func() error { return errors.Join(put(bad), d.publish(ctx, s, 5)) })
		},
		func() error {
			return d.step("its neighbour says so, and keeps the two signed checkpoints as evidence", func() error {
				if err := d.until(ctx, func() (bool, string) {
					n, err := o.sees(ctx, s)
					return err == nil && n.Problem != nil && n.Problem.Code == "federation.forked", fmt.Sprintf("%v %v", n.Problem, err)
				}); err != nil {
					return err
				}
				kept, err := o.Federation.Evidence(ctx, s.code)
				return errors.Join(err, want(len(kept) > 0 && kept[0].Had != "" && kept[0].Got != "", "nothing is kept"))
			})
		},
		func() error {
			return d.step("the rest goes on: logs are followed and letters answered", func() error {
				id, err := d.writes(ctx, o, third, "meanwhile")
				return errors.Join(err, d.publish(ctx, third, 2), d.followed(ctx, o, third), d.answered(ctx, o, id))
			})
		},
		func() error {
			return d.step("clearing it while it still shows two trees changes nothing", func() error {
				if err := o.Federation.Clear(ctx, rehearser, s.code, "演练 rehearsal"); err != nil {
					return err
				}
				return d.until(ctx, func() (bool, string) {
					n, err := o.sees(ctx, s)
					return err == nil && n.Problem != nil && n.Problem.Code == "federation.forked", fmt.Sprintf("%v %v", n.Problem, err)
				})
			})
		},
		func() error {
			return d.step("the true log is put back, a person clears it, and it is followed again", func() error {
				if err := put(good); err != nil {
					return err
				}
				for _, x := range []*drilled{o, third} {
					if err := x.Federation.Clear(ctx, rehearser, s.code, "已核实 looked into"); err != nil && fault.CodeOf(err) != "federation.no_problem" {
						return err
					}
				}
				return errors.Join(d.publish(ctx, s, 3), d.followed(ctx, o, s))
			})
		},
	)
}

// all does one after the other until one fails.
func all(steps ...func() error) error {
	for _, do := range steps {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}
