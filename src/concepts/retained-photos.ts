/** Where a concept's photos lie when the operator keeps them (RETAIN_PHOTOS): by its name, so that they go with it. */
import { nameKey } from '../../engine/answering/names.ts'
import type { Tenant } from '../conversation/chat.ts'
import { safeName } from '../storage/files.ts'

/** Folder of all of a tenant's photos, in the storage's file area. */
export const tenantPhotos = (tenant: Tenant) => `photos/${safeName(tenant)}`

/** Folder name of one concept's photos in `tenantPhotos`; in it is one folder for each time it was taught. */
export const photosFolder = (name: string) => safeName(nameKey(name))

export const conceptPhotos = (tenant: Tenant, name: string) => `${tenantPhotos(tenant)}/${photosFolder(name)}`
