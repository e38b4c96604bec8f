import { openShop } from './shop.js'
import { rowsSuite } from './suites/rowsSuite.js'

rowsSuite(openShop)
