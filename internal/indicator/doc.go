// Package indicator turns published entries into figures that open.
//
// An indicator is a file (definitions/*.yaml): which public leaves it counts or adds up, its unit, its words.
// Its value is not stored: it is computed from the leaves that this node has verified, and every leaf that
// makes it is listed beside it, so that the figure and its evidence cannot part. Beside the value stand the
// sentences of published documents that reported such a figure, as a person accepted them; the room shows the
// two next to each other and never says that one of them is right.
//
// It reads v_public_leaf, which federation publishes, and nothing else of other rooms.
package indicator
