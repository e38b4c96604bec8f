import { openShop } from './shop.js'
import { relationsSuite } from './suites/relationsSuite.js'

relationsSuite(openShop)
