package wxapi

import (
	"context"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
)

type regionOut struct {
	ID          regionID `json:"id"`
	Name        string   `json:"name"`
	Level       int      `json:"level"`
	PID         regionID `json:"pid,omitempty"`
	FirstLetter string   `json:"firstLetter"`
	Jianpin     string   `json:"jianpin"`
	Pinyin      string   `json:"pinyin"`
	NameEn      string   `json:"nameEn"`
}

func (a *api) province(context.Context, mall.Actor, struct{}) ([]regionOut, error) {
	return listed(a.Regions.Provinces(), regionOf)
}

type regionIn struct {
	PID regionID `in:"pid,required"`
}

// nextRegion answers 700 when there is nothing below: clients hide the next
// picker then.
func (a *api) nextRegion(_ context.Context, _ mall.Actor, in regionIn) ([]regionOut, error) {
	return listed(a.Regions.Children(in.PID), regionOf)
}

func regionOf(r geo.Region) regionOut {
	return regionOut{
		ID: r.Code, Name: r.Name, Level: r.Level, PID: r.Parent, FirstLetter: r.First, Jianpin: r.Jianpin, Pinyin: r.Pinyin,
		NameEn: strings.ToUpper(r.Pinyin[:1]) + r.Pinyin[1:],
	}
}
