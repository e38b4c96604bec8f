import { openShop } from './shop.js'
import { statementsSuite } from './suites/statementsSuite.js'

statementsSuite(openShop)
