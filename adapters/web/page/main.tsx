/** Where the page begins. */
import { render } from 'preact'
import { App } from './app.tsx'
import './styles/base.css'
import './styles/parts.css'
import './styles/layout.css'
import './styles/chat.css'
import './styles/pictures.css'
import './styles/welcome.css'
import './styles/composer.css'
import './styles/dialogs.css'
import './styles/operator.css'
import { locale } from './texts/index.ts'

document.documentElement.lang = locale
render(<App />, document.getElementById('app')!)
