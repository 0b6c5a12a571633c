package agreement

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/log"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// audience is who is told in the name of a party: an organisation's people, or the desk of a jurisdiction or office.
// A party that is not in the registry has nobody here; the office of this node is told in its place.
func (r *Register) audience(p Party, role string) notice.Audience {
	switch region := p.Region(); {
	case p.Code == "":
		return notice.Audience{Role: r.rules.Office}
	case region == "":
		return notice.Audience{Org: p.Code}
	case authorityForm.MatchString(p.Code):
		return notice.Audience{Role: role, Region: region, Org: p.Code}
	default:
		return notice.Audience{Role: role, Region: region}
	}
}

// tell tells, in the act; without the room of notices nobody is told.
func (r *Register) tell(ctx context.Context, tx *db.Tx, who access.Actor, to notice.Audience, kind string, t Task, title, text fault.Words) error {
	if r.c.Notices == nil {
		return nil
	}
	to.Except = who.Person
	_, err := r.c.Notices.Tell(ctx, tx, notice.Notice{To: to, Kind: kind, Object: "task/" + string(t.ID), Path: "/tasks/" + string(t.ID),
		Title: title, Text: text})
	return err
}

func (r *Register) tellVerifier(ctx context.Context, tx *db.Tx, who access.Actor, t Task, until unit.Day) error {
	title := fault.Words{"请核验：" + short(t.Title), "To verify: " + short(t.Title)}
	text := fault.Words{"证据已提交，请在 " + until.String() + " 前核验（" + t.Code + "）。", "The evidence is in; verify it by " + until.String() + " (" + t.Code + ")."}
	to := r.audience(t.Verifier.Party, r.rules.Desk)
	if t.Verifier.Kind == ByOffice {
		to = notice.Audience{Role: r.rules.Office}
	}
	if t.Verifier.Person != "" {
		gone, err := r.gone(ctx, tx, t.Verifier.Person)
		if err != nil {
			return err
		}
		if !gone {
			return r.tell(ctx, tx, who, notice.Audience{Person: t.Verifier.Person}, "task.verify", t, title, text)
		}
		left := fault.Words{"指定的核验人已离岗：" + short(t.Title), "The named verifier has left: " + short(t.Title)}
		if err := r.tell(ctx, tx, who, notice.Audience{Role: r.rules.Office}, "task.verifier_left", t, left, text); err != nil {
			return err
		}
	}
	return r.tell(ctx, tx, who, to, "task.verify", t, title, text)
}

func (r *Register) tellLead(ctx context.Context, tx *db.Tx, t Task, note string) error {
	return r.tell(ctx, tx, access.Actor{}, r.audience(t.Lead, r.rules.Desk), "task.sent_back", t,
		fault.Words{"核验未通过：" + short(t.Title), "Sent back: " + short(t.Title)}, fault.Words{note, note})
}

func (r *Register) tellReopened(ctx context.Context, tx *db.Tx, who access.Actor, t Task) error {
	title := fault.Words{"证据撤回，任务重新开启：" + short(t.Title), "Evidence withdrawn, open again: " + short(t.Title)}
	to := r.audience(t.Verifier.Party, r.rules.Desk)
	if t.Verifier.Kind != ByOffice {
		if err := r.tell(ctx, tx, who, to, "task.reopened", t, title, fault.Words{}); err != nil {
			return err
		}
	}
	return r.tell(ctx, tx, who, notice.Audience{Role: r.rules.Office}, "task.reopened", t, title, fault.Words{})
}

// tellParties asks the others for what they say to a change.
func (r *Register) tellParties(ctx context.Context, tx *db.Tx, who access.Actor, t Task, c Change) error {
	for _, p := range t.parties() {
		if p.Key() == c.Party {
			continue
		}
		if err := r.tell(ctx, tx, who, r.audience(p, r.rules.Desk), "task.change", t,
			fault.Words{"变更待同意：" + short(t.Title), "A change waits for you: " + short(t.Title)}, fault.Words{c.Reason, c.Reason}); err != nil {
			return err
		}
	}
	return nil
}

// tellSigners asks the other parties of an agreement to sign or refuse other words.
func (r *Register) tellSigners(ctx context.Context, tx *db.Tx, who access.Actor, a Agreement, m Amendment) error {
	if r.c.Notices == nil {
		return nil
	}
	for i, p := range a.Signers {
		if i == m.Party {
			continue
		}
		to := r.audience(p, r.rules.Head)
		to.Except = who.Person
		if _, err := r.c.Notices.Tell(ctx, tx, notice.Notice{To: to, Kind: "agreement.amend", Object: "agreement/" + string(a.ID), Path: "/agreements/" + string(a.ID),
			Title: fault.Words{"协议文本待会签：" + short(a.Title), "A new text waits to be signed: " + short(a.Title)}, Text: fault.Words{m.Reason, m.Reason}}); err != nil {
			return err
		}
	}
	return nil
}

// publishText leaves a public entry that the text of a public agreement is another now.
func (r *Register) publishText(ctx context.Context, tx *db.Tx, a Agreement, m Amendment) error {
	if r.c.Log == nil || a.Secrecy != Public {
		return nil
	}
	_, err := r.c.Log.Append(ctx, tx, log.Leaf{Kind: "agreement.amended", Day: r.today(tx), Object: "agreement/" + string(a.ID),
		Fields: map[string]any{"was": m.WasDigest, "digest": m.Digest}})
	return err
}

const shownMax = 60 // runes of a title in a notice

func short(s string) string {
	q := []rune(s)
	if len(q) > shownMax {
		return string(q[:shownMax]) + "…"
	}
	return s
}

// publish leaves a public entry about a task that is public.
func (r *Register) publish(ctx context.Context, tx *db.Tx, t Task, kind string, fields map[string]any) error {
	if r.c.Log == nil || t.Hidden {
		return nil
	}
	_, err := r.c.Log.Append(ctx, tx, log.Leaf{Kind: kind, Day: r.today(tx), Fields: fields, Object: "task/" + string(t.ID)})
	return err
}
