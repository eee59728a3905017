import Glibc

func log(_ x: Double) -> Double { Glibc.log(x) }
func power(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }
func cosine(_ x: Double) -> Double { Glibc.cos(x) }
