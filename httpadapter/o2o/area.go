package o2o

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
)

// area is a region (地区). The document's numbers have two digits for provinces
// and six for cities and counties; code is the one of 12 digits.
type area struct {
	ID       int64  `json:"id"` // six digits at every level
	AreaID   int64  `json:"area_id"`
	Name     string `json:"name"`
	ParentID int64  `json:"parent_id"` // an area_id, 0 for provinces
	Code     string `json:"code"`
	Sub      []area `json:"sub,omitempty"`
}

func areaOf(g geo.Region) area {
	id, _ := strconv.ParseInt(geo.Short(g.Code), 10, 64)
	return area{ID: id, AreaID: areaID(g.Code), Name: g.Name, ParentID: areaID(g.Parent), Code: g.Code}
}

// areaID is the document's number of a region code in any form, 0 for none.
func areaID(code string) int64 {
	short := geo.Short(code)
	if len(short) == 6 && short[2:] == "0000" {
		short = short[:2]
	}
	n, _ := strconv.ParseInt(short, 10, 64) // texts that are no code are 0
	return n
}

func areasOf(regions []geo.Region) []area {
	list := make([]area, len(regions))
	for i, g := range regions {
		list[i] = areaOf(g)
	}
	return list
}

// below are the regions under one, so many levels of them.
func (a *api) below(parent string, levels int64) []area {
	if levels == 0 {
		return nil
	}
	list := areasOf(a.Regions.Children(parent))
	for i := range list {
		list[i].Sub = a.below(list[i].Code, levels-1)
	}
	return list
}

type areaTreeIn struct {
	Tier *int64 `in:"tier"`
}

func (a *api) areaTree(_ context.Context, _ mall.Actor, in areaTreeIn) (any, error) {
	tier := int64(geo.District)
	if in.Tier != nil {
		tier = *in.Tier
	}
	if tier < geo.Province || tier > geo.District {
		return nil, mall.ErrInvalid.With("tier")
	}
	return map[string][]area{"list": a.below("", tier)}, nil
}

// tagged is a part of the list of cities: the hot ones, or those of a letter.
type tagged struct {
	Tag  string `json:"tag"`
	List []area `json:"list"`
}

// byTag prints tags as the keys of one object, in their order: clients show
// them as they come.
type byTag []tagged

// MarshalJSON prints an object.
func (ts byTag) MarshalJSON() ([]byte, error) {
	b := []byte("{")
	for i, t := range ts {
		if i > 0 {
			b = append(b, ',')
		}
		list, err := json.Marshal(t.List)
		if err != nil {
			return nil, err
		}
		b = append(append(strconv.AppendQuote(b, t.Tag), ':'), list...)
	}
	return append(b, '}'), nil
}

type citiesIn struct {
	Format string `in:"format"`
}

// cities answers an object of lists, as documented, and with format=list the
// array that servers had first, under list: data is always an object.
func (a *api) cities(_ context.Context, _ mall.Actor, in citiesIn) (any, error) {
	byLetter := map[string][]area{}
	for _, g := range a.Regions.RealCities() {
		byLetter[g.First] = append(byLetter[g.First], areaOf(g))
	}
	list := []tagged{{"热门", areasOf(a.Regions.Hot())}}
	for letter := 'A'; letter <= 'Z'; letter++ {
		if cities := byLetter[string(letter)]; len(cities) > 0 {
			list = append(list, tagged{string(letter), cities})
		}
	}
	switch in.Format {
	case "list":
		return map[string][]tagged{"list": list}, nil
	case "":
		return byTag(list), nil
	}
	return nil, mall.ErrInvalid.With("format")
}

type pointIn struct {
	Lng float64 `in:"lng,required"`
	Lat float64 `in:"lat,required"`
}

// place is where a point lies; area is empty where only the city is known.
type place struct {
	Province   string `json:"province"`
	ProvinceID int64  `json:"province_id"`
	City       string `json:"city"`
	CityID     int64  `json:"city_id"`
	Area       string `json:"area"`
	AreaID     int64  `json:"area_id"`
}

// located is where a point lies; Code is the one of 12 digits.
type located struct {
	place
	Code string `json:"code"`
}

// byGPS asks the host's map service if there is one, and the embedded borders
// when it does not answer.
func (a *api) byGPS(ctx context.Context, _ mall.Actor, in pointIn) (*located, error) {
	var locator geo.Locator = a.Regions
	if a.Map != nil {
		locator = a.Map
	}
	at, err := locator.Locate(ctx, in.Lat, in.Lng)
	if err != nil && !mall.Refused(err) {
		at, err = a.Regions.Locate(ctx, in.Lat, in.Lng)
	}
	if err != nil {
		return nil, err
	}
	return &located{a.placeOf(at.Code), at.Code}, nil
}

// placeOf names a region and what is above it. A county that stands right under
// its province is its own city, as in the list of cities.
func (a *api) placeOf(code string) place {
	var p place
	path := a.Regions.Path(code)
	for i, g := range path {
		switch i {
		case 0:
			p.Province, p.ProvinceID = g.Name, areaID(g.Code)
		case 1:
			p.City, p.CityID = g.Name, areaID(g.Code)
		case 2:
			p.Area, p.AreaID = g.Name, areaID(g.Code)
			if path[1].Heading() {
				p.City, p.CityID = p.Area, p.AreaID
			}
		}
	}
	return p
}
