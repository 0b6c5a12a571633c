package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/fault"
)

// takeBackRoutes are the addresses of taking back what was published of a retired listing.
func (s *Server) takeBackRoutes() {
	s.page("POST", "/listings/{id}/withdraw", access.ListingPublish, (*visit).takeBackListing)
}

func init() {
	doneWords["listing_withdraw"] = fault.Words{"已撤回发布过的内容：公开日志中写明已撤回和原因，跟随本节点的节点会删除副本。", "What was published is withdrawn: the public log says so and why, and nodes that follow this one drop their copies."}
}

// takeBackOf is the act as the page of a listing offers it.
func (v *visit) takeBackOf(l catalogue.Listing) (all []actOfListing) {
	if v.s.c.Catalogue.MayTakeBack(v.who, l) {
		all = append(all, actOfListing{Act: catalogue.Withdrawing, Words: catalogue.Withdrawing.Words(), Reason: true, Path: "/listings/" + string(l.ID) + "/withdraw"})
	}
	return all
}

func (v *visit) takeBackListing() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	if _, err := v.s.c.Catalogue.TakeBack(v.ctx(), v.who, id, int(wholeNumber(f.Get("version"))), f.Get("reason")); err != nil {
		v.back = "/listings/" + string(id)
		if !v.refused(err, func(string) string { return "acts" }) {
			return err
		}
		return v.showListing(id, f)
	}
	return v.to("/listings/"+string(id), "listing_withdraw")
}

// apiTakeBack is the operation behind the page's act.
func (s *Server) apiTakeBack() {
	type listingWithdrawIn struct {
		ID   string `path:"id"`
		Body struct {
			Version int    `json:"version" doc:"the one that was read"`
			Reason  string `json:"reason" doc:"it is public"`
		}
	}
	type listingWithdrawnOut struct {
		Leaves int `json:"leaves" doc:"of the public log that were withdrawn"`
	}
	operate(s, "POST", "/api/v1/listings/{id}/withdraw", access.ListingPublish, "Withdraw what was published of a retired listing: what should never have been", func(ctx context.Context, a asked, i *listingWithdrawIn) (*body[listingWithdrawnOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		n, err := s.c.Catalogue.TakeBack(ctx, a.who, id, i.Body.Version, i.Body.Reason)
		if err != nil {
			return nil, err
		}
		return answer(listingWithdrawnOut{n})
	})
}
