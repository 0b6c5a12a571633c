package node

import (
	"context"
	"fmt"
	"slices"

	"corridor/internal/catalogue"
	"corridor/internal/db"
	"corridor/internal/federation"
	"corridor/internal/registry"
)

// mirrors says which room keeps what neighbours publish.
func (n *Node) mirrors() {
	n.Federation.Mirror(federation.Mirror{Kind: catalogue.LeafKind, Take: func(ctx context.Context, tx *db.Tx, from federation.Peer, all []federation.Published) ([]error, error) {
		theirs := make([]catalogue.Theirs, len(all))
		for i, p := range all {
			theirs[i] = catalogue.Theirs{Node: from.Code, Log: p.Log, Index: p.Index, Fields: p.Fields, Record: p.Record, Gone: p.Gone}
		}
		return n.Catalogue.Mirror(ctx, tx, theirs)
	}, Cut: func(ctx context.Context, tx *db.Tx, _ federation.Peer, log string, index int64) error {
		return n.Catalogue.MirrorCut(ctx, tx, log, index)
	}})
	n.Federation.Mirror(federation.Mirror{Kind: federation.CertificateKind, Take: func(ctx context.Context, tx *db.Tx, from federation.Peer, all []federation.Published) ([]error, error) {
		return n.Registry.TakeLabels(ctx, tx, labelsOf(from, all))
	}, Cut: func(ctx context.Context, tx *db.Tx, _ federation.Peer, log string, index int64) error {
		return n.Registry.CutLabels(ctx, tx, log, index)
	}, Aside: func(ctx context.Context, tx *db.Tx, from federation.Peer, all []federation.Published) error {
		return n.Registry.LabelsAside(ctx, tx, labelsOf(from, all))
	}})
}

func labelsOf(from federation.Peer, all []federation.Published) []registry.Published {
	theirs := make([]registry.Published, len(all))
	for i, p := range all {
		theirs[i] = registry.Published{Node: from.Code, Log: p.Log, Index: p.Index, Fields: p.Fields, Record: p.Record, Gone: p.Gone}
	}
	return theirs
}

// auditLabels compares the labels from elsewhere with the certificates in the followed logs, by which rules ask for them.
func (n *Node) auditLabels(ctx context.Context) (found []string, err error) {
	var all []registry.LabelAbroad
	if err := n.Registry.EachLabelAbroad(ctx, func(l registry.LabelAbroad) { all = append(all, l) }); err != nil {
		return nil, err
	}
	err = n.DB.Read(ctx, func(tx *db.Tx) error {
		for _, l := range all {
			certs, err := n.Federation.Certificates(ctx, tx, l.Org)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(certs, func(c federation.Certificate) bool {
				return c.Origin == l.Log && c.Index == l.Index && c.Label == l.Label.Label && c.Since == l.Since && c.Until == l.Until
			}) {
				found = append(found, fmt.Sprintf("label %s of %s is in no followed log", l.Label.Label, l.Org))
			}
		}
		return nil
	})
	return found, err
}

// auditMirrors compares what is mirrored of neighbours' listings with what their followed logs say.
func (n *Node) auditMirrors(ctx context.Context) (found []string, err error) {
	newest, ends, err := n.Federation.Newest(ctx, catalogue.LeafKind)
	if err != nil {
		return nil, err
	}
	err = n.Catalogue.EachMirrored(ctx, func(m catalogue.Mirrored) {
		key := federation.ThingKey{Log: m.Log, ID: string(m.Remote)}
		t, there := newest[key]
		delete(newest, key)
		end, followed := ends[m.Log]
		switch {
		case followed && m.Index >= end: // taken in while this was looked at
		case !there && m.Digest == "" && m.Index < 0: // set aside by a new epoch
		case !there:
			found = append(found, fmt.Sprintf("listing %s is in no followed log", m.Listing))
		case t.Refused: // an older version stays until a newer one is taken
		case t.Index != m.Index:
			found = append(found, fmt.Sprintf("listing %s stands at leaf %d of %s, the newest is %d", m.Listing, m.Index, m.Log, t.Index))
		case t.Gone && m.Digest != "":
			found = append(found, fmt.Sprintf("listing %s was withdrawn at %s and is shown", m.Listing, m.Log))
		}
	})
	for key, t := range newest {
		if !t.Refused && !t.Gone {
			found = append(found, fmt.Sprintf("leaf %d of %s, listing %s, is not mirrored", t.Index, key.Log, key.ID))
		}
	}
	return found, err
}
