import PoolCore
