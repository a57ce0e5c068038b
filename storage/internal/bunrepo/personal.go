package bunrepo

// columns are a table's personal columns by what an erasure leaves there.
type columns struct {
	null  []string // NULL, because they are unique where present
	empty []string // ''
	gone  bool     // the rows themselves
}

// personal lists the personal columns of every table. Ledgers, orders and
// payments keep ids and amounts; what identifies a person in them is here.
var personal = map[string]columns{
	"accounts": {
		null:  []string{"username", "username_key", "mobile", "mail", "login_at"},
		empty: []string{"nick", "avatar_url", "birthday", "province", "city", "register_addr", "login_addr"},
	},
	"bindings":      {gone: true},
	"sessions":      {gone: true},
	"login_log":     {gone: true},
	"account_log":   {empty: []string{"addr"}},
	"addresses":     {gone: true},
	"address_books": {gone: true},
	"files":         {null: []string{"source"}, empty: []string{"name"}},
	"favourites":    {gone: true},
	"deals":         {gone: true},
	"reviews":       {empty: []string{"remark", "reply"}}, // and pics, emptied to []
	"stock_log":     {empty: []string{"addr"}},
	"notices":       {gone: true}, // those meant for one account
}
