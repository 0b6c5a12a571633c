package catalogue

import (
	"slices"

	"corridor/internal/access"
	"corridor/internal/fault"
)

// State is where a listing stands in its life.
type State string

const (
	Registered State = "registered"  // entered by its owner
	Review     State = "unit_review" // its unit looks at it
	Published  State = "published"   // everybody finds it
	Suspended  State = "suspended"   // shown as not to be had now: under repair
	Moved      State = "moved"       // went to another owner or place, where it is listed anew
	Retired    State = "retired"     // withdrawn for good; its address stays
)

// States in the order of a life.
var States = []State{Registered, Review, Published, Suspended, Moved, Retired}

// Words is what people call a state.
func (s State) Words() fault.Words {
	return map[State]fault.Words{
		Registered: {"已登记", "Registered"}, Review: {"单位审核中", "Under review by its unit"}, Published: {"已发布", "Published"},
		Suspended: {"暂停服务", "Suspended"}, Moved: {"已转移", "Moved"}, Retired: {"已退役", "Retired"},
	}[s]
}

// Act is what is done to a listing.
type Act string

const (
	Adding    Act = "add"
	Changing  Act = "change"
	Confirm   Act = "confirm" // the owner looked at the fields and they are still right
	Attaching Act = "attach"  // a file came or went
	Submit    Act = "submit"
	Return    Act = "return"
	Publish   Act = "publish"
	Suspend   Act = "suspend"
	Resume    Act = "resume"
	Move      Act = "move"
	Retire    Act = "retire"
	Expire    Act = "expire" // the last day of a need is over; nobody takes it, the clock does
)

// Words is what people call an act.
func (a Act) Words() fault.Words {
	return map[Act]fault.Words{
		Adding: {"登记", "Register"}, Changing: {"修改", "Change"}, Confirm: {"确认信息无误", "Confirm that it is up to date"}, Attaching: {"更新附件", "Change files"},
		Submit: {"提交单位审核", "Submit for review"}, Return: {"退回修改", "Return"}, Publish: {"发布", "Publish"}, Suspend: {"暂停服务", "Suspend"},
		Resume: {"恢复服务", "Resume"}, Withdrawing: {"撤回已发布的内容", "Withdraw what was published"}, Move: {"标记为已转移", "Mark as moved"}, Retire: {"退役", "Retire"}, Expire: {"期限已过", "Expire"},
	}[a]
}

// row is one line of the table of states.
type row struct {
	from   State
	act    Act
	to     State
	by     access.Permission
	reason bool // one has to be given
}

// life is the table of states: registered → unit_review → published → suspended | moved | retired.
var life = []row{
	{Registered, Submit, Review, access.ListingEdit, false},
	{Review, Return, Registered, access.ListingPublish, true},
	{Review, Publish, Published, access.ListingPublish, false},
	{Published, Suspend, Suspended, access.ListingPublish, true},
	{Suspended, Resume, Published, access.ListingPublish, false},
	{Published, Move, Moved, access.ListingPublish, true},
	{Suspended, Move, Moved, access.ListingPublish, true},
	{Registered, Retire, Retired, access.ListingEdit, true},
	{Review, Retire, Retired, access.ListingPublish, true},
	{Published, Retire, Retired, access.ListingPublish, true},
	{Suspended, Retire, Retired, access.ListingPublish, true},
	{Moved, Retire, Retired, access.ListingPublish, true},
	{Published, Expire, Suspended, "", true},
	{Published, Confirm, Published, access.ListingEdit, false},
	{Suspended, Confirm, Suspended, access.ListingEdit, false},
}

// step finds the row of an act.
func step(from State, act Act) (row, error) {
	i := slices.IndexFunc(life, func(r row) bool { return r.from == from && r.act == act && r.by != "" })
	if i < 0 {
		return row{}, notIn(from, act)
	}
	return life[i], nil
}

// notIn refuses an act that cannot be taken in a state.
func notIn(s State, act Act) error {
	return fault.New(fault.Conflict, "catalogue.state", "state", s.Words(), "act", act.Words())
}

// ended says whether the fields of a listing in this state change no more.
func (s State) ended() bool { return s == Moved || s == Retired }

// Closed says whether the listing is over for good.
func (s State) Closed() bool { return s.ended() }

// Possible is an act of the table that an actor may take on a listing.
type Possible struct {
	Act    Act
	Reason bool // one has to be given
	By     access.Permission
}

// Allowed are the acts of the table that the actor may take on a listing, in its order.
func (s *Service) Allowed(who access.Actor, l Listing) (all []Possible) {
	for _, r := range life {
		if r.from == l.State && r.by != "" && l.Origin == "" && !l.kept(who) && may(who, r.by, l) == nil {
			all = append(all, Possible{r.act, r.reason, r.by})
		}
	}
	return all
}

// MayChange says whether the actor may change the fields of a listing now.
func (s *Service) MayChange(who access.Actor, l Listing) bool {
	return l.Origin == "" && !l.kept(who) && !l.State.ended() && may(who, access.ListingEdit, l) == nil
}
