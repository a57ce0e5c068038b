package bill

import "github.com/gomall-dev/mall"

// ErrRule says that a discount rule is malformed.
var ErrRule = mall.E(mall.Invalid, "bill.rule", "bill rule needs amounts above 0 and a discount within what is consumed")
