package node

import (
	"context"
	"fmt"

	"corridor/internal/catalogue"
	"corridor/internal/db"
	"corridor/internal/federation"
)

// mirrors says which room keeps what neighbours publish.
func (n *Node) mirrors() {
	n.Federation.Mirror(federation.Mirror{Kind: catalogue.LeafKind, Take: func(ctx context.Context, tx *db.Tx, from federation.Peer, all []federation.Published) ([]error, error) {
		theirs := make([]catalogue.Theirs, len(all))
		for i, p := range all {
			theirs[i] = catalogue.Theirs{Node: from.Code, Log: p.Log, Index: p.Index, Fields: p.Fields, Record: p.Record, Gone: p.Gone}
		}
		return n.Catalogue.Mirror(ctx, tx, theirs)
	}})
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
