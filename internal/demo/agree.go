package demo

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/node"
	"corridor/internal/unit"
)

// agreed is the community file of the demonstration, signed by every member: who hosts whom, who keeps the keys of the used-once
// register, and when invoices are asked about again after payment. The office answers for sellers outside.
func agreed(keys map[string]node.Key, base int) ([]byte, error) {
	c := federation.Community{Title: community, Version: 1, From: day(2026, 1, 1), Quorum: len(Members)/2 + 1, Witnesses: 2,
		Once: &federation.OnceTerms{Keeper: Office, QuestionsHour: 600, StaleDays: 60, AgainDays: []int64{30, 90}}}
	for _, m := range Members {
		n := federation.Node{Code: m.Code, Name: m.Name, URL: "http://" + address(base, m), Keys: []federation.DatedKey{{Key: keys[m.Code].Public}},
			Witness: keys[m.Code].Witness, Outside: m.Code == Office}
		if m.Code != Office {
			n.Hosts = []unit.Region{unit.Region(m.Code)}
		}
		c.Nodes = append(c.Nodes, n)
	}
	text, err := c.Text()
	signed := []byte(text)
	for _, m := range Members {
		if err == nil {
			signed, err = federation.SignCommunity(signed, keys[m.Code].Private)
		}
	}
	return signed, err
}

// agree takes the community file in, once.
func agree(ctx context.Context, n *node.Node, admin access.Actor, signed []byte) error {
	c, _, err := n.Federation.Community(ctx)
	if err != nil || c.Version > 0 {
		return err
	}
	if _, err = n.Federation.TakeCommunity(ctx, admin, signed); err != nil && fault.CodeOf(err) != "federation.community_version" {
		return fmt.Errorf("take the community file in: %w", err)
	}
	return nil
}
